#include "core/base/error.h"
#include "core/graph/experiment.h"

#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

using namespace concord;
using concord::test::sampleGraph;

class SetPathTest : public QObject
{
    Q_OBJECT

    static std::string refusal(const std::string &assignment)
    {
        Experiment experiment{.graph = sampleGraph(2)};
        const Experiment before = experiment;
        try {
            setPath(experiment, assignment);
        } catch (const Error &error) {
            return experiment == before ? error.what() : "changed and threw";
        }
        return "accepted";
    }

private Q_SLOTS:
    void setsThePlan()
    {
        Experiment experiment;
        for (const char *assignment :
             {"plan.batch=8", "plan.clipNorm = 1e-3", "plan.flip=on", "plan.precision=bfloat16", "plan.optimiser=sgd", "plan.optimiser.lr=0.05",
              "plan.optimiser.nesterov=true", "plan.schedule.id=cosine", "plan.schedule.cycles=3", "plan.schedule.shape=a=b", "name=A = B"})
            setPath(experiment, assignment);
        QCOMPARE(experiment.plan.batch, std::int64_t(8));
        QCOMPARE(experiment.plan.clipNorm, 1e-3);
        QVERIFY(experiment.plan.flip);
        QCOMPARE(experiment.plan.precision, std::string("bfloat16"));
        QCOMPARE(experiment.plan.optimiser, std::string("sgd"));
        QVERIFY((experiment.plan.optimiserParams == ParamMap{{"lr", 0.05}, {"nesterov", true}}));
        QCOMPARE(experiment.plan.schedule, std::string("cosine"));
        QVERIFY((experiment.plan.scheduleParams == ParamMap{{"cycles", std::int64_t(3)}, {"shape", std::string("a=b")}}));
        QCOMPARE(experiment.name, std::string("A = B"));
        setPath(experiment, "plan.optimiser.nesterov=");
        QVERIFY((experiment.plan.optimiserParams == ParamMap{{"lr", 0.05}}));
    }

    void setsNodesByTheTypeOfTheirBlock()
    {
        Experiment experiment{.graph = sampleGraph(2)};
        setPath(experiment, "node.enc.channels=32");
        setPath(experiment, "node.enc.slope=1");
        QVERIFY(experiment.graph.find("enc")->params.at("channels") == ParamValue(std::int64_t(32)));
        QVERIFY(experiment.graph.find("enc")->params.at("slope") == ParamValue(1.0));
        experiment.graph.nodes.push_back({.id = "odd", .type = "unheard_of", .params = {{"list", std::vector<std::int64_t>{1}}}});
        setPath(experiment, "node.odd.list=2,3");
        setPath(experiment, "node.odd.new=2.5");
        QVERIFY(experiment.graph.find("odd")->params.at("list") == ParamValue(std::vector<std::int64_t>{2, 3}));
        QVERIFY(experiment.graph.find("odd")->params.at("new") == ParamValue(2.5));
    }

    void changesTheMethodAndForgetsItsParameters()
    {
        Experiment experiment{.graph = sampleGraph(2)};
        setPath(experiment, "balance.method=averse");
        setPath(experiment, "balance.c=0.4");
        QVERIFY((experiment.graph.find("balance")->params == ParamMap{{"method", std::string("averse")}, {"c", 0.4}}));
        setPath(experiment, "balance.method=equal");
        QVERIFY((experiment.graph.find("balance")->params == ParamMap{{"method", std::string("equal")}}));
    }

    void refusesInWords()
    {
        QCOMPARE(refusal("plan.batch"), std::string("expected path=value (plan.batch=8), found 'plan.batch'"));
        QVERIFY(refusal("plan.bach=8").starts_with("unknown path 'plan.bach' (did you mean 'plan.batch'?); expected one of: plan.optimiser, "));
        QCOMPARE(refusal("plan.batch=many"), std::string("plan.batch: expected a whole number, found 'many'"));
        QCOMPARE(refusal("plan.batch=0"), std::string("plan: parameter 'batch': expected a number between 1 and 65536, found 0"));
        QCOMPARE(refusal("node.encc.channels=1"),
                 std::string("unknown path 'node.encc.channels': no node 'encc' (did you mean 'enc'?); expected one of: balance, data, enc, "
                             "head_depth, head_seg, loss_depth, loss_seg"));
        QCOMPARE(refusal("node.enc.chanels=1"),
                 std::string("unknown path 'node.enc.chanels': expected a parameter of block 'test_conv' (did you mean 'channels'?): channels, norm, slope"));
        QCOMPARE(refusal("node.enc.channels=0"), std::string("enc.channels: expected a number between 1 and 4096, found 0"));
        QCOMPARE(refusal("node.loss_seg.x=0"), std::string("unknown path 'node.loss_seg.x': expected a parameter of block 'test_loss': it has none"));
        QVERIFY(refusal("balance.c=0.4").starts_with("unknown path 'balance.c': expected a parameter of block 'test_balance'"));
        QCOMPARE(refusal("plans.batch=1"),
                 std::string("unknown path 'plans.batch' (did you mean 'plan'?); expected name, description, plan.<parameter>, balance.<parameter> or "
                             "node.<id>.<parameter>"));
        Experiment empty;
        QVERIFY_THROWS_EXCEPTION(Error, setPath(empty, "balance.method=equal"));
    }
};

CONCORD_TEST(SetPathTest)
#include "set_path_test.moc"
