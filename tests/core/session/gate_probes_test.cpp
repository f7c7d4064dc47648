#include "core/probe/layer_probe.h"
#include "tests/core/session/recipe_model.h"
#include "tests/core/session/tiny_run.h"
#include "tests/support/testing.h"

#include <cmath>

namespace concord::test {

/// What gates decide is recorded with the run.
class GateProbesTest : public QObject
{
    Q_OBJECT

    static Node vectors() { return noiseData({12}, mixedTasks(2, false)); }

private Q_SLOTS:
    void areTheGatesMeanShares()
    {
        const RecipeModel mmoe("mmoe", vectors(), {{"experts", std::int64_t(3)}});
        mmoe.predictions();
        const std::vector<ProbeEvent> probes = layerProbes(*mmoe.model, 7);
        const auto gate = std::ranges::find(probes, std::string("gate"), &ProbeEvent::name);
        QVERIFY(gate != probes.end());
        QCOMPARE(gate->node, std::string("gates"));
        QCOMPARE(gate->step, 7);
        QCOMPARE(gate->rows, (std::vector<std::string>{"a", "b"}));
        QCOMPARE(gate->columns.size(), std::size_t(3));
        const at::Tensor read = mmoe.values("gates").inputs[1];
        for (int task = 0; task < 2; ++task) {
            const at::Tensor weight = mmoe.parameter(fmt::format("gates.gate{}.weight", task));
            std::vector<double> mean(3, 0.0);
            for (std::int64_t sample = 0; sample < read.size(0); ++sample) {
                double e[3], sum = 0;
                for (int expert = 0; expert < 3; ++expert)
                    sum += e[expert] = std::exp((weight[expert] * read[sample]).sum().item<double>());
                for (int expert = 0; expert < 3; ++expert)
                    mean[std::size_t(expert)] += e[expert] / sum / double(read.size(0));
            }
            for (int expert = 0; expert < 3; ++expert)
                QVERIFY(std::abs(gate->values[std::size_t(task * 3 + expert)] - mean[std::size_t(expert)]) < 1e-5);
        }
    }

    static Experiment training(const std::string &recipe, const std::string &method)
    {
        Experiment experiment = RecipeRegistry::instance().make(recipe)->make(vectors());
        for (Node &node : experiment.graph.nodes)
            if (node.type == "balance")
                node.params = {{"method", method}};
        experiment.plan.steps = 12;
        experiment.plan.batch = 4;
        experiment.plan.conflictEvery = 5;
        experiment.plan.evaluateEvery = 7;
        experiment.plan.threads = 1;
        return experiment;
    }

    static std::vector<ProbeEvent> named(std::vector<ProbeEvent> probes, const std::string &name)
    {
        std::erase_if(probes, [&](const ProbeEvent &probe) { return probe.name != name; });
        return probes;
    }

    static std::vector<std::int64_t> stepsOf(const std::vector<ProbeEvent> &probes)
    {
        std::vector<std::int64_t> steps;
        for (const ProbeEvent &probe : probes)
            steps.push_back(probe.step);
        return steps;
    }

    /// Also where the method makes a Gramian in every step: then probes keep the cadence of the plan.
    void areRecordedWithTheRun_data()
    {
        QTest::addColumn<std::string>("method");
        QTest::newRow("equal") << std::string("equal");
        QTest::newRow("mgda") << std::string("mgda");
    }

    void areRecordedWithTheRun()
    {
        QFETCH(std::string, method);
        TinyProject project;
        const int run = project.queue(training("mmoe", method));
        const StateEvent outcome = project.execute(run);
        QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
        const std::vector<ProbeEvent> gates = named(project.store().probes(run), "gate");
        // Measured at the 1st, 6th and 11th step, evaluated after the 7th and the last.
        QCOMPARE(stepsOf(gates), (std::vector<std::int64_t>{1, 6, 7, 11, 12}));
        for (const ProbeEvent &gate : gates) {
            QCOMPARE(gate.values.size(), gate.rows.size() * gate.columns.size());
            for (std::size_t row = 0; row < gate.rows.size(); ++row) {
                double sum = 0;
                for (std::size_t column = 0; column < gate.columns.size(); ++column)
                    sum += gate.values[row * gate.columns.size() + column];
                QVERIFY(std::abs(sum - 1) < 1e-5);
            }
        }
    }

    void aResumeContinuesThem()
    {
        TinyProject project;
        const Experiment experiment = training("mmoe", "equal");
        const int straight = project.queue(experiment);
        project.execute(straight);
        const int halved = project.queue(experiment);
        const StateEvent half = project.execute(halved, 0, [](const RunEvent &event, RunControl &control) {
            if (const auto *scalar = std::get_if<ScalarEvent>(&event); scalar && scalar->series == "lr" && scalar->step == 6)
                control.give(RunControl::Order::stop);
        });
        QVERIFY(half.state == RunState::stopped);
        QCOMPARE(stepsOf(named(project.store().probes(halved), "gate")).back(), std::int64_t(6));
        const StateEvent rest = project.execute(halved);
        QVERIFY2(rest.state == RunState::finished, rest.message.c_str());
        const std::vector<ProbeEvent> expected = project.store().probes(straight);
        const std::vector<ProbeEvent> found = project.store().probes(halved);
        QCOMPARE(stepsOf(found), stepsOf(expected));
        for (std::size_t i = 0; i < found.size(); ++i)
            QCOMPARE(found[i].values, expected[i].values);
    }

    /// A port may lead to any task: rows are named by where they lead.
    void areNamedByTheTasksTheyLeadTo()
    {
        const auto gateRows = [](const Model &model) {
            const std::vector<ProbeEvent> probes = named(layerProbes(model, 1), "gate");
            return probes.front().rows;
        };
        const auto recipe = RecipeRegistry::instance().make("mmoe");
        const auto compiled = [](const TaskGraph &graph) {
            const Analysis analysis = analyse(graph);
            auto model = Model::compile(graph, analysis, dynamic_cast<const DataBlock &>(*analysis.nodes.at(analysis.dataNode).block).describe(), {});
            model->forward(at::ones({2, 12}));
            return model;
        };
        TaskGraph graph = recipe->make(vectors()).graph;
        QCOMPARE(gateRows(*compiled(graph)), (std::vector<std::string>{"a", "b"}));
        for (Edge &edge : graph.edges)
            if (edge.from.node == "gates")
                edge.from.port = edge.from.port == "out.0" ? "out.1" : "out.0";
        QCOMPARE(gateRows(*compiled(graph)), (std::vector<std::string>{"b", "a"}));
    }

    /// Below the top of PLE every output reaches all tasks through the shared experts; rows and columns still tell whose they are.
    void areNamedWhereTasksMix()
    {
        const RecipeModel ple("ple", vectors(), {{"levels", std::int64_t(3)}});
        ple.predictions();
        int shared = 0;
        const std::vector<ProbeEvent> gates = named(layerProbes(*ple.model, 1), "gate");
        QCOMPARE(gates.size(), std::size_t(3));
        for (const ProbeEvent &gate : gates) {
            QCOMPARE(gate.rows[0], std::string("a"));
            QCOMPARE(gate.rows[1], std::string("b"));
            QCOMPARE(gate.columns.front(), std::string("a, expert 0"));
            shared += gate.rows.size() == 3 && gate.rows[2] == "shared";
        }
        QCOMPARE(shared, 2);
    }

    /// What does not fit its names would be left out without a word.
    void allFit_data()
    {
        QTest::addColumn<std::string>("recipe");
        for (const char *recipe : {"mmoe", "cgc", "ple", "dselect_k", "cmoie", "mod_squad", "m3vit", "adamv_moe", "psd_net", "pap_net", "atrc", "invpt", "taps", "active_dendrites"})
            QTest::newRow(recipe) << std::string(recipe);
    }

    void allFit()
    {
        QFETCH(std::string, recipe);
        const std::vector<std::string> classes = {"a:classification:4", "b:classification:3"};
        const RecipeModel built(recipe, recipe == "active_dendrites" ? noiseData({12}, classes) : noiseData({3, 32, 32}, mixedTasks(2, true)));
        built.model->setTraining(true);
        built.predictions();
        std::size_t expected = 0;
        for (const ModelNode &node : built.model->nodes())
            expected += node.layer->probes().size();
        const std::vector<ProbeEvent> probes = layerProbes(*built.model, 1);
        QVERIFY(!probes.empty());
        QCOMPARE(probes.size(), expected);
        for (const ProbeEvent &probe : probes) {
            for (const float value : probe.values)
                QVERIFY2(std::isfinite(value), probe.name.c_str());
            for (const std::string &row : probe.rows)
                QVERIFY2(!row.starts_with("task "), (probe.node + ": " + row).c_str());
        }
    }

    void otherGraphsHaveNone()
    {
        const RecipeModel shared("hps", vectors());
        shared.predictions();
        QVERIFY(layerProbes(*shared.model, 1).empty());
    }
};

CONCORD_TEST(GateProbesTest)

} // namespace concord::test

#include "gate_probes_test.moc"
