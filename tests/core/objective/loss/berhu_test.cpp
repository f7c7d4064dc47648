#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class BerhuTest : public QObject
{
    Q_OBJECT

    const TaskInfo task_ = {.name = "d", .kind = TaskKind::depth, .classes = 1, .ignore = -1, .unit = "m", .classNames = {}};

private Q_SLOTS:
    /// Errors −10, 1, 2, 4: c = 2, so (100 + 4) / 4 + 1 + 2 + (16 + 4) / 4.
    void joinsBothPieces()
    {
        const at::Tensor label = at::full({1, 1, 2, 2}, 20.0f);
        const at::Tensor prediction = at::tensor({10.0, 21.0, 22.0, 24.0}, at::kDouble).view({1, 1, 2, 2});
        QCOMPARE(lossValue(*makeLoss("berhu", task_), prediction, label, allPresent(1)), (26 + 1 + 2 + 5) / 4.0);
        // Derivatives: sign(x) below c, x / c above; the mean divides by 4.
        const at::Tensor gradient = lossGradient(*makeLoss("berhu", task_), prediction, label, allPresent(1));
        QVERIFY(maxDifference(gradient.view(-1), at::tensor({-5.0, 1.0, 1.0, 2.0}, at::kDouble) / 4) < 1e-12);
    }

    void unknownPixelsDoNotSetTheThreshold()
    {
        const at::Tensor label = at::tensor({20.0f, 20.0f, 0.0f}).view({1, 1, 1, 3});
        const at::Tensor prediction = at::tensor({30.0, 21.0, 9000.0}, at::kDouble).view({1, 1, 1, 3});
        QCOMPARE(lossValue(*makeLoss("berhu", task_), prediction, label, allPresent(1)), (26 + 1) / 2.0);
    }

    void isAbsoluteErrorWhenTheShareIsOne()
    {
        const Sample s = makeSample(TaskKind::depth, 5);
        QVERIFY(std::abs(lossValue(*makeLoss("berhu", s.task, {{"share", 1.0}}), s.prediction, s.label, s.present)
                         - lossValue(*makeLoss("l1", s.task), s.prediction, s.label, s.present))
                < 1e-12);
    }
};

CONCORD_TEST(BerhuTest)
#include "berhu_test.moc"
