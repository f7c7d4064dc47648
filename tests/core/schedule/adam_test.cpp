#include "tests/core/schedule/optimiser_case.h"

#include "tests/support/testing.h"

#include <cmath>

using namespace concord;
using namespace concord::test;

namespace {

/// Algorithm 1 of Kingma and Ba, with the corrected means written out.
struct AdamRule
{
    double beta1;
    double beta2;
    double epsilon;
    double decay;
    double m = 0;
    double v = 0;

    void operator()(double &p, double g, int t, double rate)
    {
        g += decay * p;
        m = beta1 * m + (1 - beta1) * g;
        v = beta2 * v + (1 - beta2) * g * g;
        const double meanHat = m / (1 - std::pow(beta1, t));
        const double squareHat = v / (1 - std::pow(beta2, t));
        p -= rate * meanHat / (std::sqrt(squareHat) + epsilon);
    }
};

} // namespace

class AdamTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Whatever the gradient's size, the first step is the rate against its sign.
    void firstStepIsTheRate()
    {
        for (const double size : {1e-4, 1.0, 1e4}) {
            const at::Tensor parameter = at::tensor({1.0f, 1.0f}).set_requires_grad(true);
            const auto optimiser = makeOptimiser("adam", {{"lr", 0.125}}, {parameter});
            setGradient(parameter, at::tensor({float(size), float(-size)}));
            optimiser->step(1);
            QVERIFY((parameter.detach() - at::tensor({0.875f, 1.125f})).abs().max().item<double>() < 2e-5);
        }
    }

    /// ε stands outside the root: a gradient equal to ε halves the first step.
    void epsilonIsOutsideTheRoot()
    {
        const at::Tensor parameter = at::zeros({1}).set_requires_grad(true);
        const auto optimiser = makeOptimiser("adam", {{"lr", 1.0}, {"epsilon", 0.5}}, {parameter});
        setGradient(parameter, at::full({1}, 0.5f));
        optimiser->step(1);
        QVERIFY(std::abs(parameter.item<double>() + 0.5) < 1e-6);
    }

    void followsTheRuleForFiftySteps()
    {
        const ParamMap params = {{"lr", 0.01}, {"beta1", 0.8}, {"beta2", 0.95}, {"epsilon", 1e-3}, {"weight_decay", 0.1}};
        const auto rule = [] { return AdamRule{0.8, 0.95, 1e-3, 0.1}; };
        QVERIFY(differenceAfterFiftySteps("adam", params, 0.01, at::kFloat, rule) < 2e-5);
        QVERIFY(differenceAfterFiftySteps("adam", params, 0.01, at::kDouble, rule) < 1e-12);
    }

    void defaultsAreThePapers()
    {
        const auto rule = [] { return AdamRule{0.9, 0.999, 1e-8, 0}; };
        QVERIFY(differenceAfterFiftySteps("adam", {{"lr", 0.01}}, 0.01, at::kDouble, rule) < 1e-12);
    }
};

CONCORD_TEST(AdamTest)
#include "adam_test.moc"
