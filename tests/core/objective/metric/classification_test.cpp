#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class ClassificationMetricTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void countsTheLargestLogit()
    {
        const auto metric = metricFor(TaskKind::classification);
        metric->start({.name = "c", .kind = TaskKind::classification, .classes = 3, .ignore = 2, .unit = "", .classNames = {}});
        const at::Tensor logits = at::tensor({3.0f, 1.0f, 0.0f, 0.0f, 5.0f, 4.0f, -1.0f, -2.0f, -3.0f, 0.0f, 0.0f, 9.0f, 7.0f, 0.0f, 0.0f}).view({5, 3});
        const at::Tensor label = at::tensor({0.0f, 1.0f, 1.0f, 2.0f, 1.0f});
        const at::Tensor present = at::tensor({1, 1, 1, 1, 0}).to(at::kBool);
        metric->add(logits, label, present);
        metric->addLabels(label, present);
        QCOMPARE(valueOf(metric->values(), "accuracy"), 100 * 2.0 / 3);
        // Known labels are 0, 1, 1: always answering 1 is right twice.
        QCOMPARE(valueOf(metric->constantValues(), "accuracy"), 100 * 2.0 / 3);
    }
};

CONCORD_TEST(ClassificationMetricTest)
#include "classification_test.moc"
