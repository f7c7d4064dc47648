#include "tests/core/session/extraction_case.h"
#include "tests/core/session/traced_recipe.h"
#include "tests/support/testing.h"

namespace concord::test {

class MncTest : public QObject
{
    Q_OBJECT

    static Node data() { return noiseData({3, 16, 16}, {"kind:classification:4", "where:boxes:3", "mask:saliency"}); }
    static RecipeModel cascade(ParamMap params = {}) { return RecipeModel("mnc", data(), params); }

    /// A convolution's or linear map's weight in the head.
    static std::string headOf(const std::string &task) { return task + (task == "kind" ? "_head.fc.weight" : task == "where" ? "_head.heat.1.weight" : "_head.conv.weight"); }

    static std::vector<int> tasksOf(const RecipeModel &recipe, const std::string &name)
    {
        for (const ModelParameter &parameter : recipe.model->parameters())
            if (parameter.name == name)
                return parameter.tasks;
        throw Error("no parameter '{}'", name);
    }

private Q_SLOTS:
    /// Boxes, then the mask, then the class: the third task's gradient reaches the heads of the first and of the second, and not the other way.
    void laterTasksTrainTheEarlierHeads()
    {
        const RecipeModel mnc = cascade();
        QVERIFY(dependsOn(mnc, 0, headOf("where")));
        QVERIFY(dependsOn(mnc, 0, headOf("mask")));
        QVERIFY(dependsOn(mnc, 2, headOf("where")));
        QVERIFY(!dependsOn(mnc, 2, headOf("kind")));
        QVERIFY(!dependsOn(mnc, 1, headOf("mask")) && !dependsOn(mnc, 1, headOf("kind")));
        QCOMPARE(tasksOf(mnc, headOf("where")), (std::vector<int>{0, 1, 2}));
        QCOMPARE(tasksOf(mnc, headOf("mask")), (std::vector<int>{0, 2}));
        QCOMPARE(tasksOf(mnc, headOf("kind")), std::vector<int>{0});
    }

    /// Then predictions are still read, but no gradient comes back and heads are their own task's alone.
    void gradientMayStop()
    {
        const RecipeModel mnc = cascade({{"gradient", "stop"}});
        for (std::size_t task = 0; task < 3; ++task)
            for (std::size_t other = 0; other < 3; ++other) {
                const std::string head = headOf(mnc.model->tasks()[other].info.name);
                QCOMPARE(dependsOn(mnc, task, head), task == other);
                if (task == other)
                    QCOMPARE(tasksOf(mnc, head), std::vector<int>{int(task)});
            }
        const at::Tensor before = mnc.predictions()[0].clone();
        {
            const at::NoGradGuard noGrad;
            mnc.parameter(headOf("where")).fill_(3);
        }
        QVERIFY((mnc.predictions()[0] - before).abs().max().item<float>() > 1e-6F);
    }

    void orderIsYours()
    {
        const RecipeModel mnc = cascade({{"order", std::vector<std::string>{"kind", "mask", "where"}}});
        QVERIFY(dependsOn(mnc, 1, headOf("kind")) && dependsOn(mnc, 1, headOf("mask")));
        QVERIFY(!dependsOn(mnc, 0, headOf("mask")) && !dependsOn(mnc, 0, headOf("where")));
        const auto refusal = [](const std::vector<std::string> &order) {
            try {
                cascade({{"order", order}});
            } catch (const Error &error) {
                return QString(error.what());
            }
            return QString();
        };
        QCOMPARE(refusal({"kind", "mask"}), QString("recipe mnc: order: expected all 3 tasks (kind, where, mask), found 2"));
        QCOMPARE(refusal({"kind", "kind", "mask"}), QString("recipe mnc: order: expected each task once, found 'kind' twice"));
        QVERIFY(refusal({"kind", "masc", "where"}).contains("found 'masc' — did you mean 'mask'") || refusal({"kind", "masc", "where"}).contains("found 'masc'"));
    }

    void suitsManyTasks()
    {
        const RecipeModel eight("mnc", noiseData({3, 16, 16}, mixedTasks(8, true)));
        QCOMPARE(eight.count("cascade_stage"), std::int64_t(7));
        QVERIFY(tracedDifference(eight) < 1e-3);
        QVERIFY(tracedDifference(cascade({{"gradient", "stop"}})) < 1e-4);
    }
};

CONCORD_TEST(MncTest)

} // namespace concord::test

#include "mnc_test.moc"
