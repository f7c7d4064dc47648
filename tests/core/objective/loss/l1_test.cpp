#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class L1Test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheMeanOfKnownPixels()
    {
        const TaskInfo task{.name = "d", .kind = TaskKind::depth, .classes = 1, .ignore = -1, .unit = "m", .classNames = {}};
        const at::Tensor prediction = at::tensor({1.0, 5.0, 9.0, 2.0}, at::kDouble).view({1, 1, 2, 2});
        const at::Tensor label = at::tensor({2.0f, 0.0f, -1.0f, 4.5f}).view({1, 1, 2, 2});
        QCOMPARE(lossValue(*makeLoss("l1", task), prediction, label, allPresent(1)), (1 + 2.5) / 2);
    }

    void aNormalCountsAsThreeValues()
    {
        const TaskInfo task{.name = "n", .kind = TaskKind::normals, .classes = 3, .ignore = -1, .unit = "", .classNames = {}};
        // Two pixels; the second has no normal.
        const at::Tensor label = at::tensor({0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f}).view({1, 3, 1, 2});
        const at::Tensor prediction = at::tensor({0.5, 9.0, 0.25, 9.0, 0.25, 9.0}, at::kDouble).view({1, 3, 1, 2});
        QCOMPARE(lossValue(*makeLoss("l1", task), prediction, label, allPresent(1)), (0.5 + 0.25 + 0.75) / 3);
    }
};

CONCORD_TEST(L1Test)
#include "l1_test.moc"
