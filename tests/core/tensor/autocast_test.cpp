#include "core/tensor/autocast.h"

#include "core/base/error.h"
#include "tests/support/testing.h"

namespace concord::test {

class AutocastTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsThePrecisions()
    {
        QVERIFY(computeType("float32") == at::kFloat);
        QVERIFY(computeType("bfloat16") == at::kBFloat16);
        try {
            computeType("float8");
            QFAIL("expected an Error");
        } catch (const Error &error) {
            QVERIFY(QString(error.what()).contains("float8"));
        }
    }

    void lowersProductsWhileItLives()
    {
        const at::Tensor a = at::ones({2, 2});
        const auto productType = [&] { return a.mm(a).scalar_type(); };
        QVERIFY(productType() == at::kFloat);
        {
            const Autocast lower(at::kCPU, at::kBFloat16);
            QVERIFY(productType() == at::kBFloat16);
            {
                const Autocast again(at::kCPU, at::kBFloat16);
                QVERIFY(productType() == at::kBFloat16);
            }
            QVERIFY(productType() == at::kBFloat16);
        }
        QVERIFY(productType() == at::kFloat);
        const Autocast nothing(at::kCPU, at::kFloat);
        QVERIFY(productType() == at::kFloat);
    }

    void forgetsTheCopiesOfWeights()
    {
        at::Tensor weight = at::ones({2, 2}).set_requires_grad(true);
        const at::Tensor x = at::ones({2, 2});
        const auto product = [&] {
            const Autocast lower(at::kCPU, at::kBFloat16);
            return x.mm(weight).sum().item<double>();
        };
        QCOMPARE(product(), 8.0);
        weight.detach().mul_(2);
        QCOMPARE(product(), 16.0); // a copy kept from the first pass would give 8
    }
};

CONCORD_TEST(AutocastTest)

} // namespace concord::test

#include "autocast_test.moc"
