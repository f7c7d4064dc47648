#include "tests/core/schedule/optimiser_case.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

namespace {

/// Velocity and step of Sutskever et al. with the rate outside the velocity.
struct SgdRule
{
    double momentum;
    double decay;
    bool nesterov;
    double velocity = 0;

    void operator()(double &p, double g, int t, double rate)
    {
        g += decay * p;
        velocity = t == 1 ? g : momentum * velocity + g;
        p -= rate * (nesterov ? g + momentum * velocity : velocity);
    }
};

} // namespace

class SgdTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void firstStepsByHand()
    {
        const at::Tensor parameter = at::full({1}, 2.0f).set_requires_grad(true);
        const auto optimiser = makeOptimiser("sgd", {{"lr", 0.5}, {"momentum", 0.5}}, {parameter});
        setGradient(parameter, at::full({1}, 1.0f));
        optimiser->step(1);     // velocity 1
        QCOMPARE(parameter.item<float>(), 1.5f);
        optimiser->step(0.5);   // velocity 1.5, rate 0.25
        QCOMPARE(parameter.item<float>(), 1.125f);
    }

    void withoutMomentumThereIsNoState()
    {
        const at::Tensor parameter = at::full({1}, 2.0f).set_requires_grad(true);
        const auto optimiser = makeOptimiser("sgd", {{"lr", 0.5}, {"momentum", 0.0}, {"weight_decay", 0.5}}, {parameter});
        setGradient(parameter, at::full({1}, 1.0f));
        optimiser->step(1);
        QCOMPARE(parameter.item<float>(), 1.0f);   // 2 − 0.5 (1 + 0.5 · 2)
        QCOMPARE(optimiser->save().size(), std::size_t(1));
    }

    void followsTheRuleForFiftySteps()
    {
        for (const bool nesterov : {false, true}) {
            const ParamMap params = {{"lr", 0.01}, {"momentum", 0.9}, {"nesterov", nesterov}, {"weight_decay", 0.02}};
            const auto rule = [&] { return SgdRule{0.9, 0.02, nesterov}; };
            QVERIFY(differenceAfterFiftySteps("sgd", params, 0.01, at::kFloat, rule) < 2e-5);
            QVERIFY(differenceAfterFiftySteps("sgd", params, 0.01, at::kDouble, rule) < 1e-12);
        }
    }
};

CONCORD_TEST(SgdTest)
#include "sgd_test.moc"
