#include "core/base/error.h"
#include "core/base/random.h"
#include "core/graph/analysis.h"
#include "core/graph/experiment.h"

#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

using namespace concord;
using concord::test::sampleGraph;

class ExperimentReaderTest : public QObject
{
    Q_OBJECT

    static std::string message(const std::string &text)
    {
        try {
            experimentFromJson(text, "f.json");
        } catch (const Error &error) {
            return error.what();
        }
        return "read";
    }

    static std::string document(const std::string &members) { return R"({"concord":"experiment","format":1)" + (members.empty() ? "" : "," + members) + "}"; }

private Q_SLOTS:
    void takesDefaultsForWhatIsAbsent() { QVERIFY(experimentFromJson(document(""), "f.json") == Experiment()); }

    void keepsWhatItDoesNotKnow()
    {
        const Experiment experiment = experimentFromJson(
            document(
                R"("author":"me","graph":{"nodes":[{"id":"a","type":"no_such_block","colour":"red","params":{"odd":[1,2]}}],"notes":["n"]},"plan":{"batch":4,"mood":{"x":1}})"),
            "f.json");
        QCOMPARE(experiment.plan.batch, std::int64_t(4));
        QVERIFY(experiment.graph.nodes[0].params.at("odd") == ParamValue(std::vector<std::int64_t>{1, 2}));
        const std::string text = toJson(experiment);
        for (const char *kept :
             {"\"author\": \"me\"", "\"colour\": \"red\"", "\"notes\": [\n      \"n\"\n    ]", "\"mood\": {\n      \"x\": 1\n    }", "\"batch\": 4"})
            QVERIFY2(text.find(kept) != std::string::npos, kept);
        QVERIFY(experimentFromJson(text, "f.json") == experiment);
    }

    void opensGraphsWithErrors()
    {
        const std::string graph = R"("graph":{"nodes":[{"id":"a","type":"t"},{"id":"a","type":"u"},{"id":"b.c","type":"t"}],
            "edges":["x.out -> a.in","a.out -> a.in","a.out2 -> a.in","b.c.label.d -> a.in"]})";
        const Experiment experiment = experimentFromJson(document(graph), "f.json");
        QCOMPARE(experiment.graph.nodes.size(), std::size_t(3));
        QCOMPARE(experiment.graph.edges.size(), std::size_t(4));
        QVERIFY((experiment.graph.edges[3].from == PortRef{"b.c", "label.d"}));
        QVERIFY(!analyse(experiment.graph).runnable());
        const Experiment back = experimentFromJson(toJson(experiment), "f.json");
        QCOMPARE(back.graph.nodes.size(), std::size_t(3));
        QCOMPARE(back.graph.edges.size(), std::size_t(4));
    }

    void acceptsAnOptimiserByNameAlone()
    {
        QCOMPARE(experimentFromJson(document(R"("plan":{"optimiser":"sgd","batch":8.0})"), "f.json").plan.optimiser, std::string("sgd"));
    }

    void saysWhereAndWhat_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *name, const std::string &text, const char *expected) {
            QTest::newRow(name) << QString::fromStdString(text) << expected;
        };
        row("empty", "",
            "f.json: line 1, column 1: expected JSON, found a syntax error while parsing value - unexpected end of input; expected '[', '{', or a literal");
        row("broken", "{\n  \"concord\": oops\n}", "f.json: line 2, column 14: expected JSON, found a syntax error while parsing value - invalid literal");
        row("list", "[]", "f.json: document: expected an object, found []");
        row("other kind", R"({"concord":"project","format":1})", "f.json: concord: expected \"experiment\", found \"project\"");
        row("no header", "{}", "f.json: concord: expected \"experiment\", found null");
        row("newer", R"({"concord":"experiment","format":2})", "f.json: format: expected 1 or older, found 2: the document was written by a newer Concord");
        row("no format", R"({"concord":"experiment","format":"1"})", "f.json: format: expected a whole number from 1, found \"1\"");
        row("twice", document(R"("name":"a","name":"b")"), "f.json: expected each member once, found 'name' twice in one object");
        row("name", document(R"("name":7)"), "f.json: name: expected a text, found 7");
        row("plan", document(R"("plan":[])"), "f.json: plan: expected an object, found []");
        row("batch", document(R"("plan":{"batch":"many"})"), "f.json: plan.batch: expected a whole number, found many");
        row("range", document(R"("plan":{"batch":0})"), "f.json: plan.batch: expected a number between 1 and 65536, found 0");
        row("optimiser", document(R"("plan":{"optimiser":{"lr":1}})"),
            "f.json: plan.optimiser: expected a text, or an object with a member 'id', found {\"lr\":1}");
        row("optimiser value", document(R"("plan":{"optimiser":{"id":"sgd","lr":null}})"),
            "f.json: plan.optimiser.lr: expected true, false, a number, a text, a list of whole numbers or a list of texts, found null");
        row("nodes", document(R"("graph":{"nodes":{}})"), "f.json: graph.nodes: expected a list, found {}");
        row("node", document(R"("graph":{"nodes":[{"id":"a","type":"t"},5]})"), "f.json: graph.nodes[1]: expected an object, found 5");
        row("no type", document(R"("graph":{"nodes":[{"id":"a"}]})"), "f.json: graph.nodes[0]: expected a member 'type', found {\"id\":\"a\"}");
        row("position", document(R"("graph":{"nodes":[{"id":"a","type":"t","x":"left"}]})"), "f.json: graph.nodes[0].x: expected a number, found \"left\"");
        row("param", document(R"("graph":{"nodes":[{"id":"a","type":"t","params":{"k":{}}}]})"),
            "f.json: graph.nodes[0].params.k: expected true, false, a number, a text, a list of whole numbers or a list of texts, found {}");
        row("edge", document(R"("graph":{"edges":["a.out - b.in"]})"),
            "f.json: graph.edges[0]: expected \"node.output -> node.input\", found \"a.out - b.in\"");
        row("edge without port", document(R"("graph":{"edges":["a -> b.in"]})"),
            "f.json: graph.edges[0]: expected \"node.output -> node.input\", found \"a -> b.in\"");
        row("deep", document("\"x\":" + std::string(100000, '[') + std::string(100000, ']')), "f.json: expected at most 64 levels of nesting, found more");
    }

    void saysWhereAndWhat()
    {
        QFETCH(QString, text);
        QFETCH(QString, expected);
        QCOMPARE(QString::fromStdString(message(text.toStdString())), expected);
    }

    void throwsNothingButErrorsOnDamagedText()
    {
        Experiment experiment{.name = "ü→", .graph = sampleGraph(3)};
        experiment.graph.nodes[0].unknown = R"({"k":[1.5e3,{"z":null}]})";
        const std::string valid = toJson(experiment);
        Random random(4);
        int failed = 0;
        for (int i = 0; i < 2000; ++i) {
            std::string text = valid;
            for (std::uint64_t flips = random.below(4); flips > 0; --flips)
                text[random.below(text.size())] = char(random.below(256));
            if (random.chance(0.3))
                text.resize(random.below(text.size()));
            if (random.chance(0.2))   // a piece in a wrong place
                text.insert(random.below(text.size() + 1), valid.substr(random.below(valid.size()), random.below(60)));
            try {
                const Experiment read = experimentFromJson(text, "f.json");
                analyse(read.graph);
                QVERIFY(experimentFromJson(toJson(read), "again").plan == read.plan);
            } catch (const Error &error) {
                QVERIFY(std::string_view(error.what()).starts_with("f.json: "));
                ++failed;
            }
        }
        QVERIFY2(failed > 1000 && failed < 2000, qPrintable(QString::number(failed)));
    }
};

CONCORD_TEST(ExperimentReaderTest)
#include "experiment_reader_test.moc"
