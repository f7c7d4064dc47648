#include "tests/core/schedule/optimiser_case.h"

#include "tests/support/testing.h"

#include <cmath>

using namespace concord;
using namespace concord::test;

namespace {

/// Algorithm 2 of Loshchilov and Hutter with the decay multiplied by the rate.
struct AdamwRule
{
    double decay;
    double m = 0;
    double v = 0;

    void operator()(double &p, double g, int t, double rate)
    {
        m = 0.9 * m + 0.1 * g;
        v = 0.999 * v + 0.001 * g * g;
        const double move = m / (1 - std::pow(0.9, t)) / (std::sqrt(v / (1 - std::pow(0.999, t))) + 1e-8);
        p -= rate * (move + decay * p);
    }
};

} // namespace

class AdamwTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void weightsShrinkWithoutAnyGradient()
    {
        const at::Tensor parameter = at::full({1}, 8.0f).set_requires_grad(true);
        const auto optimiser = makeOptimiser("adamw", {{"lr", 0.5}, {"weight_decay", 0.25}}, {parameter});
        setGradient(parameter, at::zeros({1}));
        optimiser->step(1);
        QCOMPARE(parameter.item<float>(), 7.0f);
    }

    void followsTheRuleForFiftySteps()
    {
        const auto rule = [] { return AdamwRule{0.1}; };
        QVERIFY(differenceAfterFiftySteps("adamw", {{"lr", 0.01}, {"weight_decay", 0.1}}, 0.01, at::kFloat, rule) < 2e-5);
        QVERIFY(differenceAfterFiftySteps("adamw", {{"lr", 0.01}, {"weight_decay", 0.1}}, 0.01, at::kDouble, rule) < 1e-12);
    }
};

CONCORD_TEST(AdamwTest)
#include "adamw_test.moc"
