#include "core/base/error.h"
#include "core/data/loader.h"
#include "core/train/learner.h"
#include "tests/core/session/comparison_fixture.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <set>

namespace concord::test {

/// What a comparison trains, and from where.
class CompareTest : public QObject
{
    Q_OBJECT

    static std::string refusal(const std::function<void()> &call)
    {
        try {
            call();
        } catch (const Error &error) {
            return error.what();
        }
        return {};
    }

    static std::map<std::string, at::Tensor> initialWeights(const Experiment &experiment)
    {
        const Analysis analysis = analyse(experiment.graph);
        const auto data = requireDataNode(analysis).open(Split::train, std::uint64_t(experiment.plan.seed));
        Learner learner(experiment.plan, experiment.graph, analysis, data->info());
        std::map<std::string, at::Tensor> weights;
        for (const ModelParameter &parameter : learner.model().parameters())
            weights[parameter.name] = parameter.value.detach().clone();
        return weights;
    }

    static Experiment seeded(Experiment experiment, std::int64_t seed)
    {
        experiment.plan.seed = seed;
        return experiment;
    }

private Q_SLOTS:
    void methodsTakeTheirSettings()
    {
        const Experiment base = TinyProject::experiment();
        const Entrant plain = methodEntrant(base, "cagrad:c=0.7");
        QCOMPARE(plain.id, std::string("cagrad:c=0.7"));
        QCOMPARE(plain.title, std::string("CAGrad, c = 0.7"));
        QVERIFY(plain.preset.empty());
        QCOMPARE(plain.fidelity, std::string("exact"));
        QVERIFY((plain.experiment.graph.find("balance")->params == ParamMap{{"method", std::string("cagrad")}, {"c", 0.7}}));
        // Later settings overrule the preset, wherever it stands.
        const Entrant preset = methodEntrant(base, "cagrad:c=0.1:preset=LibMTL");
        QCOMPARE(preset.preset, std::string("LibMTL"));
        QCOMPARE(preset.title, std::string("CAGrad, c = 0.1"));
        QCOMPARE(methodEntrant(base, "constant:weights=1,2").title, std::string("Constant weights, 1 : 2"));
    }

    void onlyThePreferenceOfTheBaseStays()
    {
        Experiment base = TinyProject::experiment();
        base.graph.find("balance")->params = {{"method", std::string("pcgrad")}, {"every", std::int64_t(5)}, {"preference", std::vector<std::string>{"1", "3"}}};
        QVERIFY((methodEntrant(base, "mgda").experiment.graph.find("balance")->params == ParamMap{{"method", std::string("mgda")}, {"preference", std::vector<std::string>{"1", "3"}}}));
    }

    void refusesInOneSentence()
    {
        const Experiment base = TinyProject::experiment();
        QVERIFY2(refusal([&] { methodEntrant(base, "cagard"); }).find("did you mean 'cagrad'") != std::string::npos, refusal([&] { methodEntrant(base, "cagard"); }).c_str());
        QVERIFY(refusal([&] { methodEntrant(base, "cagrad:d=1"); }).find("balance.d") != std::string::npos);
        QVERIFY(refusal([&] { methodEntrant(base, "cagrad:c=x"); }).find("expected a number") != std::string::npos);
        QVERIFY(refusal([&] { methodEntrant(base, "constant:weights=1,2,3"); }).find("expected 2 numbers") != std::string::npos);
        ComparisonProject project;
        QVERIFY(refusal([&] { project.queueAll(); }).find("something to compare") != std::string::npos);
        project.add("mgda");
        project.setup.seeds = {4, 4};
        QVERIFY(refusal([&] { project.queueAll(); }).find("4 twice") != std::string::npos);
        project.setup.seeds = {};
        QVERIFY(refusal([&] { project.queueAll(); }).find("at least one seed") != std::string::npos);
        QVERIFY(RunStore(project.file, RunStore::Mode::read).runs().empty());
    }

    /// Two methods on one seed begin with the same weights, whatever else they bring, and see the same batches.
    void everyMethodStartsFromTheSameWeights()
    {
        const Experiment base = TinyProject::experiment();
        const auto reference = initialWeights(seeded(methodEntrant(base, "equal").experiment, 3));
        QVERIFY(!reference.empty());
        int compared = 0;
        for (const MethodChoice &choice : methodChoices(base)) {
            if (!choice.refusal.empty() || choice.card.id == "rotograd")   // it needs rotation nodes in the graph
                continue;
            const auto weights = initialWeights(seeded(methodEntrant(base, choice.card.id).experiment, 3));
            for (const auto &[name, value] : reference)
                QVERIFY2(weights.contains(name) && weights.at(name).equal(value), (choice.card.id + ": " + name).c_str());
            ++compared;
        }
        QVERIFY(compared >= 10);
        const auto other = initialWeights(seeded(methodEntrant(base, "equal").experiment, 4));
        QVERIFY(std::ranges::any_of(reference, [&](const auto &entry) { return !other.at(entry.first).equal(entry.second); }));
    }

    void theSeedAloneDecidesTheBatches()
    {
        const auto batches = [](const std::string &spec, std::int64_t seed) {
            const Experiment experiment = seeded(methodEntrant(TinyProject::experiment(), spec).experiment, seed);
            const Analysis analysis = analyse(experiment.graph);
            const auto data = requireDataNode(analysis).open(Split::train, std::uint64_t(seed));
            Loader loader(data, {.batch = experiment.plan.batch, .seed = std::uint64_t(seed), .threads = 0});
            std::vector<std::vector<float>> images;
            for (int i = 0; i < 10; ++i)   // more than two epochs
                images.push_back(loader.next()->image);
            return images;
        };
        QVERIFY(batches("mgda", 5) == batches("rlw", 5));
        QVERIFY(batches("mgda", 5) != batches("mgda", 6));
    }

    /// The same told by training: before the first update the losses are those of the same weights on the same batch.
    void trainedRunsBeginAlike()
    {
        ComparisonProject project;
        for (const char *spec : {"mgda", "pcgrad", "uw", "cagrad:c=0.5"})
            project.add(spec);
        project.setup.baselines = false;
        const std::vector<int> runs = project.queueAll();
        QCOMPARE(runs.size(), std::size_t(10));
        std::map<std::int64_t, std::set<double>> first, last;
        for (const int run : runs) {
            const StateEvent outcome = project.execute(run);
            QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
            const Series loss = project.store().series(run, "loss/kind");
            first[project.tag(run).seed].insert(loss.values.front());
            last[project.tag(run).seed].insert(loss.values.back());
        }
        QCOMPARE(first.at(1).size(), std::size_t(1));
        QCOMPARE(first.at(2).size(), std::size_t(1));
        QVERIFY(first.at(1) != first.at(2));
        QVERIFY(last.at(1).size() > 2);   // and then each goes its own way
        const ComparisonResult result = project.result();
        QCOMPARE(result.rows.size(), std::size_t(5));
        QCOMPARE(result.over, 10);
        for (const ComparisonRow &row : result.rows) {
            QCOMPARE(row.metrics.front().count, 2);
            QVERIFY(row.msPerStep > 0 && row.meanRank >= 1 && row.meanRank <= 5);
            QVERIFY(!row.gain.known());
        }
        QVERIFY(project.goOn().empty());
    }

    void plansWhatItCounts()
    {
        ComparisonProject project;
        project.add("mgda");
        project.add("equal");
        project.add("mgda");   // a second time by mistake
        project.setup.sumTrials = 5;
        const RunCount count = countRuns(project.setup);
        QCOMPARE(count.finals, 2 * 3);
        QCOMPARE(count.baselines, 2 * 2);
        QCOMPARE(count.trials, 5);
        QVERIFY(count.work > count.finals);
        // The final runs of the tuned sum wait for its trials.
        QCOMPARE(int(project.queueAll().size()), count.total() - 2);
        // Asked again, nothing is queued twice.
        QCOMPARE(int(project.queueAll().size()), count.total() - 2);
        project.setup.seeds = {1, 2, 7};
        QCOMPARE(int(project.queueAll().size()), count.total() - 2 + 4);
    }

    void finishedRunsAreNotRepeatedAndInterruptedOnesGoOn()
    {
        ComparisonProject project;
        project.add("mgda");
        const std::vector<int> runs = project.queueAll();
        QCOMPARE(runs.size(), std::size_t(8));
        project.finish(runs[0], {{"value", 1}});
        project.fail(runs[1]);
        {
            RunStore store(project.file, RunStore::Mode::write);
            const std::vector<RunEvent> cut = {StateEvent{.state = RunState::interrupted, .step = 3, .totalSteps = 6}};
            store.append(runs[2], cut);
            store.setDeleted(runs[3], true);
        }
        const std::vector<int> rest = project.queueAll();
        QVERIFY(std::ranges::find(rest, runs[0]) == rest.end());
        QVERIFY(std::ranges::find(rest, runs[1]) == rest.end());
        QVERIFY(std::ranges::find(rest, runs[2]) != rest.end());
        QCOMPARE(rest.size(), std::size_t(6));   // what was deleted is made anew
        QCOMPARE(rest.back(), 9);
        RunStore store(project.file, RunStore::Mode::write);
        const std::vector<int> retried = continueComparison(store, comparisonId(project.setup), true);
        QVERIFY(std::ranges::find(retried, runs[1]) != retried.end());
    }

    void anotherBaseIsAnotherComparison()
    {
        ComparisonProject project;
        project.add("mgda");
        const std::string id = comparisonId(project.setup);
        ComparisonSetup other = project.setup;
        other.base.plan.seed = 77;
        setPath(other.base, "balance.method=mgda");
        QCOMPARE(comparisonId(other), id);
        other.base.plan.batch = 4;
        QVERIFY(comparisonId(other) != id);
        other = project.setup;
        other.steps = 50;
        QVERIFY(comparisonId(other) != id);
    }

    void tagsComeBack()
    {
        const ComparisonTag tag{.comparison = "a #1", .row = "cagrad:c=0.5", .title = "CAGrad \"x\"", .preset = "LibMTL", .fidelity = "exact", .task = "depth", .settings = "lr 1",
                                .seed = 9, .trial = 0, .reference = true, .seeds = {1, 2}};
        QVERIFY(comparisonTag(toJson(tag)) == tag);
        for (const char *other : {"", "best", "{}", "[1]", R"({"comparison": 3})", R"({"comparison":"a","row":"b","seeds":"x"})"})
            QVERIFY2(!comparisonTag(other), other);
    }

    void choicesKnowWhatTheyCost()
    {
        const std::vector<MethodChoice> choices = methodChoices(TinyProject::experiment());
        const auto choice = [&](const char *id) { return *std::ranges::find(choices, id, [](const MethodChoice &each) { return each.card.id; }); };
        QCOMPARE(choice("equal").cost, 1.0);
        QCOMPARE(choice("equal").passes, std::string("1× backward"));
        // Trunk 6×8, heads 8×2 and 8×3 multiply-adds: 48 of 88 are shared, and one gradient more of them is taken.
        QVERIFY(std::abs(choice("pcgrad").cost - (1 + 2.0 / 3 * 48 / 88)) < 1e-9);
        QCOMPARE(choice("pcgrad").passes, std::string("1.5× backward, +448 bytes"));
        QVERIFY(choice("cagrad").presets.size() == 2);
        QVERIFY2(choice("rotograd").refusal.find("expected a rotation node") != std::string::npos, "the graph has no rotations, and nothing else is wrong with it");
        QVERIFY(choice("equal").refusal.empty());
    }
};

CONCORD_TEST(CompareTest)

} // namespace concord::test

#include "compare_test.moc"
