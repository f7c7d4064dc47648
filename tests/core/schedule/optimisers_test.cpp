#include "tests/core/schedule/optimiser_case.h"

#include "core/base/error.h"

#include <ATen/Parallel.h>

#include "tests/support/testing.h"

#include <algorithm>
#include <cstring>

using namespace concord;
using namespace concord::test;

namespace {

bool sameBits(const at::Tensor &a, const at::Tensor &b)
{
    const at::Tensor x = a.detach().contiguous();
    const at::Tensor y = b.detach().contiguous();
    return x.sizes() == y.sizes() && std::memcmp(x.data_ptr<float>(), y.data_ptr<float>(), std::size_t(x.numel()) * sizeof(float)) == 0;
}

/// A convolution's weight, a bias, a single value, an empty tensor and one big enough for two threads.
std::vector<at::Tensor> someParameters()
{
    std::vector<at::Tensor> parameters = {randomFloats({8, 5, 3, 3}, 1), randomFloats({13}, 2), randomFloats({}, 3), at::empty({0, 4}), randomFloats({70001}, 4)};
    for (at::Tensor &parameter : parameters)
        parameter.set_requires_grad(true);
    return parameters;
}

void stepAll(Optimiser &optimiser, const std::vector<at::Tensor> &parameters, int from, int to)
{
    for (int t = from; t < to; ++t) {
        for (std::size_t i = 0; i < parameters.size(); ++i)
            setGradient(parameters[i], randomFloats(parameters[i].sizes(), std::uint64_t(1000 * t) + i));
        optimiser.step(1.0 / (1 + t));
    }
}

} // namespace

/// What every optimiser promises.
class OptimisersTest : public QObject
{
    Q_OBJECT

    static void rows()
    {
        QTest::addColumn<QString>("id");
        for (const std::string &id : OptimiserRegistry::instance().ids())
            QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

    static std::string id()
    {
        QFETCH(QString, id);
        return id.toStdString();
    }

    static ParamMap settings()
    {
        ParamMap params = {{"lr", 0.05}, {"weight_decay", 0.01}};
        if (id() == "sgd")
            params["nesterov"] = true;
        return params;
    }

private Q_SLOTS:
    void ratesOfSingleParameters_data() { rows(); }

    /// A parameter with a quarter of the rate moves as all do in a run with that rate.
    void ratesOfSingleParameters()
    {
        std::vector<at::Tensor> mixed = someParameters();
        std::vector<at::Tensor> slow = someParameters();
        std::vector<at::Tensor> usual = someParameters();
        const auto start = [&](std::vector<at::Tensor> &parameters, double rate, std::vector<double> rates) {
            std::unique_ptr<Optimiser> optimiser = OptimiserRegistry::instance().make(id());
            optimiser->learningRate = rate;
            optimiser->start(parameters, std::move(rates));
            stepAll(*optimiser, parameters, 0, 5);
        };
        start(mixed, 0.01, {1, 0.25, 1, 1, 0.25});
        start(slow, 0.0025, {});
        start(usual, 0.01, {});
        for (std::size_t i = 0; i < mixed.size(); ++i)
            QVERIFY(sameBits(mixed[i], i == 1 || i == 4 ? slow[i] : usual[i]));
        QVERIFY(!sameBits(slow[4], usual[4]));
    }

    void thereAreThree() { QVERIFY(OptimiserRegistry::instance().ids().size() >= 3); }

    void learningRateComesFirstAndEverythingIsDescribed_data() { rows(); }
    void learningRateComesFirstAndEverythingIsDescribed()
    {
        const auto *entry = OptimiserRegistry::instance().find(id());
        QVERIFY(!entry->card.title.empty() && !entry->card.summary.empty());
        const auto optimiser = entry->make();
        const std::vector<ParamSpec> specs = listParams(*optimiser);
        QCOMPARE(specs.front().name, std::string("lr"));
        for (const ParamSpec &spec : specs)
            QVERIFY2(!spec.info.help.empty(), spec.name.c_str());
        setParams(*optimiser, {{"lr", 0.25}}, "test");
        QCOMPARE(optimiser->learningRate, 0.25);
    }

    void goesOnWithTheSameBitsAfterSavingAndLoading_data() { rows(); }
    void goesOnWithTheSameBitsAfterSavingAndLoading()
    {
        const std::vector<at::Tensor> straight = someParameters();
        const auto one = makeOptimiser(id(), settings(), straight);
        stepAll(*one, straight, 0, 12);

        const std::vector<at::Tensor> first = someParameters();
        const auto before = makeOptimiser(id(), settings(), first);
        stepAll(*before, first, 0, 5);
        const auto saved = before->save();
        std::vector<at::Tensor> second;
        for (const at::Tensor &parameter : first)
            second.push_back(parameter.detach().clone().set_requires_grad(true));
        stepAll(*before, first, 5, 7);   // must not reach into what was saved
        const auto after = makeOptimiser(id(), settings(), second);
        after->load(saved);
        stepAll(*after, second, 5, 12);

        for (std::size_t i = 0; i < straight.size(); ++i)
            QVERIFY2(sameBits(straight[i], second[i]), std::to_string(i).c_str());
        const auto left = one->save();
        const auto right = after->save();
        QCOMPARE(left.size(), right.size());
        for (std::size_t i = 0; i < left.size(); ++i) {
            QCOMPARE(left[i].first, right[i].first);
            QVERIFY(left[i].second.equal(right[i].second));
        }
    }

    void memoryFormatDoesNotChangeTheResult_data() { rows(); }
    void memoryFormatDoesNotChangeTheResult()
    {
        const auto trained = [](at::MemoryFormat ofParameter, at::MemoryFormat ofGradient) {
            const at::Tensor parameter = randomFloats({8, 6, 3, 3}, 5).contiguous(ofParameter).set_requires_grad(true);
            const auto optimiser = makeOptimiser(id(), settings(), {parameter});
            for (int t = 0; t < 5; ++t) {
                setGradient(parameter, randomFloats({8, 6, 3, 3}, std::uint64_t(t) + 60).contiguous(ofGradient));
                optimiser->step(1);
            }
            return parameter;
        };
        const at::Tensor plain = trained(at::MemoryFormat::Contiguous, at::MemoryFormat::Contiguous);
        const at::Tensor last = trained(at::MemoryFormat::ChannelsLast, at::MemoryFormat::ChannelsLast);
        QVERIFY(last.is_contiguous(at::MemoryFormat::ChannelsLast));
        QVERIFY(sameBits(plain, last));
        QVERIFY(sameBits(plain, trained(at::MemoryFormat::ChannelsLast, at::MemoryFormat::Contiguous)));
        QVERIFY(sameBits(plain, trained(at::MemoryFormat::Contiguous, at::MemoryFormat::ChannelsLast)));
    }

    void aViewWithGapsIsSteppedToo_data() { rows(); }
    void aViewWithGapsIsSteppedToo()
    {
        const at::Tensor whole = randomFloats({6, 10}, 6);
        const at::Tensor before = whole.clone();
        const at::Tensor view = whole.narrow(1, 2, 5);
        const at::Tensor copy = view.clone();
        const auto ofView = makeOptimiser(id(), settings(), {view});
        const auto ofCopy = makeOptimiser(id(), settings(), {copy});
        for (int t = 0; t < 5; ++t) {
            const at::Tensor gradient = randomFloats({6, 5}, std::uint64_t(t) + 80);
            setGradient(view, gradient);
            setGradient(copy, gradient);
            ofView->step(1);
            ofCopy->step(1);
        }
        QVERIFY((view - copy).abs().max().item<double>() < 1e-5);
        QVERIFY(whole.narrow(1, 0, 2).equal(before.narrow(1, 0, 2)) && whole.narrow(1, 7, 3).equal(before.narrow(1, 7, 3)));
    }

    void threadsDoNotChangeTheBits_data() { rows(); }
    void threadsDoNotChangeTheBits()
    {
        const int threads = at::get_num_threads();
        std::vector<at::Tensor> results;
        for (const int count : {1, 3}) {
            at::set_num_threads(count);
            const std::vector<at::Tensor> parameters = someParameters();
            const auto optimiser = makeOptimiser(id(), settings(), parameters);
            stepAll(*optimiser, parameters, 0, 4);
            results.push_back(parameters.back());
        }
        at::set_num_threads(threads);
        QVERIFY(sameBits(results[0], results[1]));
    }

    void parametersWithoutAGradientAreLeftAlone_data() { rows(); }
    void parametersWithoutAGradientAreLeftAlone()
    {
        const at::Tensor still = randomFloats({7}, 7).set_requires_grad(true);
        const at::Tensor moving = randomFloats({7}, 8).set_requires_grad(true);
        const at::Tensor lone = moving.detach().clone().set_requires_grad(true);
        const at::Tensor before = still.detach().clone();
        const auto both = makeOptimiser(id(), settings(), {still, moving});
        setGradient(moving, randomFloats({7}, 9));
        both->step(1);
        both->step(1);
        QVERIFY(sameBits(still, before));
        // Its first step with a gradient is a first step: the other parameter's history does not count.
        setGradient(still, randomFloats({7}, 10));
        moving.mutable_grad() = at::Tensor();
        both->step(1);
        const at::Tensor fresh = before.clone().set_requires_grad(true);
        const auto alone = makeOptimiser(id(), settings(), {fresh});
        setGradient(fresh, randomFloats({7}, 10));
        alone->step(1);
        QVERIFY(sameBits(still, fresh));
        QVERIFY(!sameBits(moving, lone));
    }

    void leavesTheGradientAndNeedsNoGraph_data() { rows(); }
    void leavesTheGradientAndNeedsNoGraph()
    {
        const at::Tensor parameter = randomFloats({9}, 11).set_requires_grad(true);
        const at::Tensor gradient = randomFloats({9}, 12);
        const auto version = parameter._version();
        const auto optimiser = makeOptimiser(id(), settings(), {parameter});
        setGradient(parameter, gradient);
        optimiser->step(1);
        QVERIFY(parameter.grad().equal(randomFloats({9}, 12)));
        QVERIFY(parameter.is_leaf() && parameter.requires_grad());
        QVERIFY(parameter._version() > version);
    }

    void aWrongCheckpointIsRefusedWhole_data() { rows(); }
    void aWrongCheckpointIsRefusedWhole()
    {
        const std::vector<at::Tensor> parameters = someParameters();
        const auto optimiser = makeOptimiser(id(), settings(), parameters);
        stepAll(*optimiser, parameters, 0, 2);
        const auto saved = optimiser->save();
        for (std::size_t i = 0; i < saved.size(); ++i) {
            auto missing = saved;
            missing.erase(missing.begin() + std::ptrdiff_t(i));
            QVERIFY_EXCEPTION_THROWN(optimiser->load(missing), Error);
            auto other = saved;
            other[i].second = at::zeros({2, 2, 2});
            QVERIFY_EXCEPTION_THROWN(optimiser->load(other), Error);
        }
        const auto now = optimiser->save();
        for (std::size_t i = 0; i < saved.size(); ++i)
            QVERIFY(saved[i].second.equal(now[i].second));
    }
};

CONCORD_TEST(OptimisersTest)
#include "optimisers_test.moc"
