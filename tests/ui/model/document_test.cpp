#include "tests/support/testing.h"
#include "ui/model/document.h"

#include <QSignalSpy>

#include <algorithm>
#include <functional>

namespace concord::test {

/// Edits, their undo, and what they tell. Blocks come from the real registry.
class DocumentTest : public QObject
{
    Q_OBJECT

private:
    static Experiment example()
    {
        return loadExperiment(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json");
    }

    static QString sentence(ExperimentDocument &document, const char *from, const char *out, const char *to, const char *in)
    {
        return document.link({from, out}, {to, in});
    }

private Q_SLOTS:
    void everyEditIsOneStepAndUndoIsExact()
    {
        ExperimentDocument document;
        document.load(example());
        const Experiment before = document.experiment();
        const std::vector<std::function<void()>> edits = {
            [&] { document.addNode(QStringLiteral("conv_stack"), 10, 20); },
            [&] { document.removeNodes({QStringLiteral("depth_head")}, false); },
            [&] { document.setParam(QStringLiteral("balance"), QStringLiteral("c"), 0.25); },
            [&] { document.resetParam(QStringLiteral("balance"), QStringLiteral("c")); },
            [&] { document.setTitle(QStringLiteral("trunk"), QStringLiteral("The trunk")); },
            [&] { document.unlink(document.graph().edges.front()); },
            [&] {
                Plan plan = document.experiment().plan;
                plan.steps = 77;
                document.setPlan(QStringLiteral("Set steps"), plan);
            },
        };
        std::vector<Experiment> states = {before};
        for (const auto &edit : edits) {
            edit();
            QVERIFY(!(document.experiment() == states.back()));
            states.push_back(document.experiment());
            QCOMPARE(document.undoStack()->count(), int(states.size()) - 1);
        }
        for (std::size_t i = states.size() - 1; i-- > 0;) {
            document.undoStack()->undo();
            QVERIFY(document.experiment() == states[i]);
        }
        for (std::size_t i = 1; i < states.size(); ++i) {
            document.undoStack()->redo();
            QVERIFY(document.experiment() == states[i]);
        }
    }

    void analysisBelongsToWhatIsShown()
    {
        ExperimentDocument document;
        document.load(example());
        QVERIFY(document.analysis().runnable());
        QSignalSpy changed(&document, &ExperimentDocument::changed);
        document.removeNodes({QStringLiteral("data")}, false);
        QCOMPARE(changed.count(), 1);
        QVERIFY(!document.analysis().runnable());
        document.undoStack()->undo();
        QCOMPARE(changed.count(), 2);
        QVERIFY(document.analysis().runnable());
    }

    void oneGestureIsOneStep()
    {
        ExperimentDocument document;
        document.load(example());
        const Experiment before = document.experiment();
        for (int i = 1; i <= 5; ++i)
            document.setParam(QStringLiteral("balance"), QStringLiteral("c"), 0.1 * i);
        QCOMPARE(document.undoStack()->count(), 1);
        document.setParam(QStringLiteral("stem"), QStringLiteral("kernel"), std::int64_t(5));
        QCOMPARE(document.undoStack()->count(), 2);
        document.setParam(QStringLiteral("balance"), QStringLiteral("c"), 0.9);
        QCOMPARE(document.undoStack()->count(), 3);
        for (int i = 0; i < 3; ++i)
            document.undoStack()->undo();
        QVERIFY(document.experiment() == before);
    }

    void aGestureEndsWhenTheHandRests()
    {
        ExperimentDocument document;
        document.load(example());
        document.setParam(QStringLiteral("balance"), QStringLiteral("c"), 0.1);
        QTest::qWait(1100);
        document.setParam(QStringLiteral("balance"), QStringLiteral("c"), 0.2);
        QCOMPARE(document.undoStack()->count(), 2);
    }

    void aGestureThatEndsWhereItBeganLeavesNothing()
    {
        ExperimentDocument document;
        document.load(example());
        document.setTitle(QStringLiteral("trunk"), QStringLiteral("Residual trunk!"));
        document.setTitle(QStringLiteral("trunk"), QStringLiteral("Residual trunk"));
        QCOMPARE(document.undoStack()->count(), 0);
        document.apply(QStringLiteral("nothing"), document.experiment());
        QCOMPARE(document.undoStack()->count(), 0);
    }

    void aWrongValueIsSaidAndNotTaken()
    {
        ExperimentDocument document;
        document.load(example());
        QSignalSpy noted(&document, &ExperimentDocument::noted);
        document.setParam(QStringLiteral("balance"), QStringLiteral("no_such_parameter"), 1.0);
        document.setParam(QStringLiteral("no_such_node"), QStringLiteral("c"), 1.0);
        QCOMPARE(noted.count(), 1);
        QVERIFY2(noted[0][0].toString().contains(QStringLiteral("no_such_parameter")), qPrintable(noted[0][0].toString()));
        QCOMPARE(document.undoStack()->count(), 0);
    }

    void linksAreCheckedAndReplaceTheOldOne()
    {
        ExperimentDocument document;
        document.load(example());
        QVERIFY(!sentence(document, "data", "label.depth", "stem", "in").isEmpty());
        QVERIFY(!sentence(document, "trunk", "out", "stem", "in").isEmpty());   // a cycle
        QCOMPARE(document.undoStack()->count(), 0);
        const std::size_t edges = document.graph().edges.size();
        QCOMPARE(sentence(document, "stem", "out", "depth_decoder", "in"), QString());
        QCOMPARE(document.graph().edges.size(), edges);
        const auto &now = document.graph().edges;
        QCOMPARE(std::ranges::count(now, Edge{{"stem", "out"}, {"depth_decoder", "in"}}), 1);
        QCOMPARE(std::ranges::count(now, Edge{{"trunk", "out"}, {"depth_decoder", "in"}}), 0);
    }

    void deletingAMiddleBlockCanHealTheLink()
    {
        ExperimentDocument document;
        document.load(example());
        document.removeNodes({QStringLiteral("trunk")}, true);
        for (const char *decoder : {"segmentation_decoder", "depth_decoder", "normals_decoder"})
            QCOMPARE(std::ranges::count(document.graph().edges, Edge{{"stem", "out"}, {decoder, "in"}}), 1);
        document.undoStack()->undo();
        document.removeNodes({QStringLiteral("trunk")}, false);
        QCOMPARE(std::ranges::count_if(document.graph().edges, [](const Edge &edge) { return edge.from.node == "stem"; }), 0);
    }

    void selectionForgetsWhatIsGone()
    {
        ExperimentDocument document;
        document.load(example());
        document.select({QStringLiteral("trunk"), QStringLiteral("stem")});
        QSignalSpy selection(&document, &ExperimentDocument::selectionChanged);
        document.removeNodes({QStringLiteral("trunk")}, false);
        QCOMPARE(document.selection(), QSet<QString>{QStringLiteral("stem")});
        QCOMPARE(selection.count(), 1);
        document.select({QStringLiteral("stem")});
        QCOMPARE(selection.count(), 1);
    }

    void loadingStartsOverReplacingCanBeUndone()
    {
        ExperimentDocument document;
        document.load(example());
        document.addNode(QStringLiteral("conv_stack"), 0, 0);
        const Experiment edited = document.experiment();
        QSignalSpy loaded(&document, &ExperimentDocument::loaded);
        document.replace(QStringLiteral("Open other"), Experiment{.name = "other"});
        QCOMPARE(loaded.count(), 1);
        QCOMPARE(document.experiment().name, std::string("other"));
        document.undoStack()->undo();
        QVERIFY(document.experiment() == edited);
        document.load(Experiment{});
        QCOMPARE(loaded.count(), 2);
        QCOMPARE(document.undoStack()->count(), 0);
        QVERIFY(document.graph().nodes.empty());
    }
};

CONCORD_TEST(DocumentTest)

} // namespace concord::test

#include "document_test.moc"
