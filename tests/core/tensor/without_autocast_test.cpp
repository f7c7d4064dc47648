#include "core/tensor/autocast.h"
#include "core/tensor/without_autocast.h"

#include "tests/support/testing.h"

using namespace concord;

class WithoutAutocastTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// 1 + 2⁻¹⁰ is no bfloat16.
    void keepsThePrecision()
    {
        const at::Tensor x = at::full({2, 2}, 1 + 1.0 / 1024);
        const Autocast autocast(at::kCPU, at::kBFloat16);
        QCOMPARE(x.mm(at::eye(2)).scalar_type(), at::kBFloat16);
        {
            [[maybe_unused]] const WithoutAutocast exact;
            QVERIFY(at::equal(x.mm(at::eye(2)), x));
        }
        QCOMPARE(x.mm(at::eye(2)).scalar_type(), at::kBFloat16);
    }
};

CONCORD_TEST(WithoutAutocastTest)
#include "without_autocast_test.moc"
