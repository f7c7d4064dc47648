#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class L2Test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheMeanSquareOfPresentSamples()
    {
        const TaskInfo task{.name = "r", .kind = TaskKind::regression, .classes = 2, .ignore = -1, .unit = "", .classNames = {}};
        const at::Tensor prediction = at::tensor({1.0, -2.0, 100.0, 100.0, 0.5, 3.0}, at::kDouble).view({3, 2});
        const at::Tensor label = at::tensor({0.0f, 0.0f, 1.0f, 1.0f, 0.0f, 1.0f}).view({3, 2});
        const at::Tensor present = at::tensor({1, 0, 1}).to(at::kBool);
        QCOMPARE(lossValue(*makeLoss("l2", task), prediction, label, present), (1 + 4 + 0.25 + 4) / 4);
    }
};

CONCORD_TEST(L2Test)
#include "l2_test.moc"
