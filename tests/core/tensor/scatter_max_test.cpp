#include "core/tensor/scatter_max.h"

#include "tests/support/testing.h"

using namespace concord;

class ScatterMaxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsTheLargest()
    {
        const at::Tensor values = at::tensor({0.F, 5.F, 0.F}).view({1, 3});
        const at::Tensor index = at::tensor({0, 1, 0, 1}, at::kLong).view({1, 4});
        const at::Tensor source = at::tensor({2.F, 3.F, 4.F, -1.F}).view({1, 4});
        QVERIFY(at::equal(scatterMax(values, 1, index, source), at::tensor({4.F, 5.F, 0.F}).view({1, 3})));
        QVERIFY(at::equal(values, at::tensor({0.F, 5.F, 0.F}).view({1, 3})));
    }
};

CONCORD_TEST(ScatterMaxTest)
#include "scatter_max_test.moc"
