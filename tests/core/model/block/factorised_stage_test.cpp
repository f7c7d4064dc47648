#include "core/model/tensor_factors.h"

#include "tests/core/model/built_block.h"

#include "tests/core/model/suite_case.h"
#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using Numbers = std::vector<Whole>;
using concord::test::BuiltBlock;

constexpr int factorTasks = 4;

PortTypes factorPorts(const TensorType &type)
{
    PortTypes ports;
    for (int i = 0; i < factorTasks; ++i)
        ports[fmt::format("in.{}", i)] = type;
    return ports;
}

/// One 3×3 convolution of 8 to 6 channels per task, or a linear map.
BuiltBlock factorised(ParamMap params, bool areMaps = true)
{
    params.insert({{"channels", Whole(6)}, {"blocks", Whole(1)}, {"kind", "plain"}});
    if (!areMaps)
        params["type"] = "vector";
    return BuiltBlock("factorised_stage", params, factorPorts(areMaps ? concord::test::features(8, 7, 5) : concord::test::vector(8)), factorTasks);
}

std::vector<at::Tensor> sharedFactors(const BuiltBlock &built)
{
    std::vector<at::Tensor> factors;
    for (const Layer::Parameter &parameter : built.layer->parameters())
        if (parameter.name.starts_with("0.conv1.factor"))
            factors.push_back(parameter.value);
    return factors;
}

at::Tensor weightOf(const BuiltBlock &built, const std::string &form, int task)
{
    return rebuildWeight(factorisation(form), {6, 8, 3, 3, factorTasks}, sharedFactors(built), built.parameter(fmt::format("0.conv1.task{}.factor", task)));
}

} // namespace

/// A weight is a product of up to four factors, each rounded: their errors add up where the output is small.
static const concord::test::AddSuiteCase factorisedStageCase{"factorised_stage", {.rounding = 0.4}};

class FactorisedStageTest : public QObject
{
    Q_OBJECT

    static void formRows()
    {
        QTest::addColumn<QString>("form");
        for (const char *form : {"svd", "tucker", "tt"})
            QTest::newRow(form) << form;
    }

private Q_SLOTS:
    /// With the factors of any given weights each column is an ordinary layer of its own.
    void fullRankIsSeparateLayers_data() { formRows(); }
    void fullRankIsSeparateLayers()
    {
        QFETCH(QString, form);
        for (const bool areMaps : {true, false}) {
            const BuiltBlock built = factorised({{"factorisation", form.toStdString()}, {"share", 1.0}}, areMaps);
            built.layer->setTraining(false);
            const at::Tensor stack = concord::test::randomTensor(areMaps ? Numbers{6, 8, 3, 3, factorTasks} : Numbers{6, 8, factorTasks}, 3);
            const TensorFactors factors = factorise(factorisation(form.toStdString()), stack, 0);
            const at::NoGradGuard noGrad;
            for (std::size_t i = 0; i < factors.shared.size(); ++i)
                built.parameter(fmt::format("0.conv1.factor{}", i)).copy_(factors.shared[i]);
            std::vector<at::Tensor> inputs;
            for (int t = 0; t < factorTasks; ++t) {
                built.parameter(fmt::format("0.conv1.task{}.factor", t)).copy_(factors.tasks[t]);
                inputs.push_back(concord::test::randomTensor(areMaps ? Numbers{2, 8, 7, 5} : Numbers{2, 8}, std::uint64_t(10 + t)));
            }
            const std::vector<at::Tensor> found = built.layer->forward(inputs);
            for (int t = 0; t < factorTasks; ++t) {
                const at::Tensor weight = stack.select(-1, t);
                const at::Tensor &x = inputs[std::size_t(t)];
                const at::Tensor y = (areMaps ? at::conv2d(x, weight, {}, 1, 1) : x.mm(weight.t())) / std::sqrt(1 + 1e-5);
                QVERIFY((found[std::size_t(t)] - y.clamp_min(0)).abs().max().item<double>() < 1e-4);
            }
        }
    }

    /// One component: the tasks' weights differ in nothing but a factor.
    void rankOneMakesWeightsProportional_data() { formRows(); }
    void rankOneMakesWeightsProportional()
    {
        QFETCH(QString, form);
        const std::string text = form.toStdString();
        const BuiltBlock one = factorised({{"factorisation", text}, {"ranks", Numbers{1}}});
        const BuiltBlock two = factorised({{"factorisation", text}, {"ranks", text == "svd" ? Numbers{2} : Numbers{6}}});
        const auto cosine = [&](const BuiltBlock &built, int task) {
            const at::Tensor a = weightOf(built, text, 0).flatten();
            const at::Tensor b = weightOf(built, text, task).flatten();
            return std::abs((a.dot(b) / (a.norm() * b.norm())).item<double>());
        };
        for (int t = 1; t < factorTasks; ++t) {
            QVERIFY(std::abs(cosine(one, t) - 1) < 1e-5);
            QVERIFY(cosine(two, t) < 0.999);
        }
    }

    /// Shared factors, a vector per task, and a normalisation per task.
    void countsByHand()
    {
        const Whole norms = factorTasks * 2 * 6;
        QCOMPARE(factorised({{"factorisation", "svd"}, {"ranks", Numbers{2}}}).inference.parameters, Whole(2 * 6 * 8 * 9 + 4 * 2) + norms);
        QCOMPARE(factorised({{"factorisation", "tucker"}, {"ranks", Numbers{3, 4, 2, 3, 2}}}).inference.parameters,
                 Whole(3 * 4 * 2 * 3 * 2 + 6 * 3 + 8 * 4 + 3 * 2 + 3 * 3 + 4 * 2) + norms);
        QCOMPARE(factorised({{"factorisation", "tt"}, {"ranks", Numbers{3, 4, 5, 2}}}).inference.parameters,
                 Whole(6 * 3 + 3 * 8 * 4 + 4 * 3 * 5 + 5 * 3 * 2 + 4 * 2) + norms);
        // Half of 6, 8, 3, 3 and 4, rounded up.
        QCOMPARE(factorised({{"share", 0.5}}).inference.parameters, factorised({{"ranks", Numbers{3, 4, 2, 2, 2}}}).inference.parameters);
        QCOMPARE(factorised({{"norm", "shared"}, {"ranks", Numbers{1}}, {"factorisation", "svd"}}).inference.parameters, Whole(6 * 8 * 9 + 4 + 2 * 6));
        QCOMPARE(factorised({}).inference.forwards, factorTasks);
        QCOMPARE(factorised({}).inference.macs, Whole(factorTasks * 35 * 6 * 8 * 9));
        QCOMPARE(QString::fromStdString(concord::test::errorOf([] { factorised({{"ranks", Numbers{1, 2}}}); })), QString("ranks: expected one number or 5, found 2"));
    }

    /// A task's vector belongs to its column, the factors to all.
    void onlyVectorsAreTheTasksOwn()
    {
        const BuiltBlock built = factorised({});
        for (const Layer::Parameter &parameter : built.layer->parameters()) {
            const bool isShared = parameter.name.find(".factor") == std::string("0.conv1").size() && parameter.name.starts_with("0.conv1.factor");
            QCOMPARE(parameter.outputs.empty(), isShared);
        }
    }

    /// Whatever the factors, weights start about as large as those of an ordinary layer.
    void startsWithHesVariance_data() { formRows(); }
    void startsWithHesVariance()
    {
        QFETCH(QString, form);
        const std::string text = form.toStdString();
        double squares = 0;
        int count = 0;
        for (std::uint64_t seed = 1; seed <= 60; ++seed) {
            const BuiltBlock built = factorised({{"factorisation", text}, {"share", 0.6}});
            built.layer->initialise(makeGenerator(at::kCPU, seed));
            for (int t = 0; t < factorTasks; ++t) {
                squares += weightOf(built, text, t).square().mean().item<double>();
                ++count;
            }
        }
        const double ratio = squares / count / (2.0 / (8 * 9));
        QVERIFY2(ratio > 0.7 && ratio < 1.4, qPrintable(QString::number(ratio)));
    }
};

CONCORD_TEST(FactorisedStageTest)
#include "factorised_stage_test.moc"
