#include "core/tensor/gradient_reversal.h"

#include <torch/csrc/autograd/autograd.h>

#include "tests/support/testing.h"

namespace concord::test {

class GradientReversalTest : public QObject
{
    Q_OBJECT

    static at::Tensor point() { return at::linspace(-1, 2, 7, at::kDouble).set_requires_grad(true); }
    static at::Tensor slope(const at::Tensor &value, const at::Tensor &x) { return torch::autograd::grad({value.sum()}, {x}).front(); }

private Q_SLOTS:
    /// d sin(x) / dx = cos(x), times −s.
    void turnsTheGradientRound()
    {
        const at::Tensor x = point();
        const at::Tensor y = reverseGradient(x, 0.25);
        QVERIFY(at::equal(y, x));
        QVERIFY(at::allclose(slope(y.sin(), x), -0.25 * x.cos()));
        QVERIFY(at::allclose(slope(reverseGradient(x, at::full({}, 3.0)).sin(), x), -3 * x.cos()));
        QCOMPARE(slope(reverseGradient(x, 0).sin(), x).abs().max().item<double>(), 0.0);
    }

    /// Only what lies before it: y = a · x reversed, so that a learns as ever and x against it.
    void leavesWhatComesAfterItAlone()
    {
        const at::Tensor x = point();
        const at::Tensor a = at::full({}, 2.0, at::kDouble).set_requires_grad(true);
        const auto found = torch::autograd::grad({(reverseGradient(x, 1) * a).sum()}, {x, a});
        QVERIFY(at::allclose(found[0], at::full_like(x, -2)));
        QVERIFY(at::allclose(found[1], x.sum()));
    }

    void twiceIsNone()
    {
        const at::Tensor x = point();
        QVERIFY(at::allclose(slope(reverseGradient(reverseGradient(x, 2), 0.5).exp(), x), x.exp()));
    }
};

CONCORD_TEST(GradientReversalTest)

} // namespace concord::test

#include "gradient_reversal_test.moc"
