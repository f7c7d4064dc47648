#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class MultilabelMetricTest : public QObject
{
    Q_OBJECT

    static TaskInfo task(std::int64_t labels)
    {
        return {.name = "m", .kind = TaskKind::multilabel, .classes = labels, .ignore = -1, .unit = "", .classNames = {}};
    }

private Q_SLOTS:
    /// First label: truth 1 1 0 0, found 1 0 1 0. Second: truth 0 0 ? 1, found 0 0 1 1. Third: never, never found.
    void averagesOverLabels()
    {
        const auto metric = metricFor(TaskKind::multilabel);
        metric->start(task(3));
        const at::Tensor label = at::tensor({1.0f, 0.0f, 0.0f, 1.0f, 0.0f, 0.0f, 0.0f, -1.0f, 0.0f, 0.0f, 1.0f, 0.0f}).view({4, 3});
        const at::Tensor logits = at::tensor({2.0f, -1.0f, -1.0f, -2.0f, -1.0f, -1.0f, 0.5f, 1.0f, -1.0f, -4.0f, 3.0f, -1.0f}).view({4, 3});
        metric->add(logits, label, allPresent(4));
        QVERIFY(std::abs(valueOf(metric->values(), "accuracy") - 100 * (0.5 + 1 + 1) / 3) < 1e-12);
        QVERIFY(std::abs(valueOf(metric->values(), "F1") - 100 * (2.0 / 4 + 1) / 2) < 1e-12);
    }

    void constantIsTheBestOfAllConstants()
    {
        const Sample s = makeSample(TaskKind::multilabel, 41, 9);
        const auto metric = metricFor(TaskKind::multilabel);
        metric->start(s.task);
        metric->addLabels(s.label, s.present);
        double best = 0;
        double f1OfBest = 0;
        for (int bits = 0; bits < 16; ++bits) {
            const auto judge = metricFor(TaskKind::multilabel);
            judge->start(s.task);
            at::Tensor constant = at::empty_like(s.prediction);
            for (int c = 0; c < 4; ++c)
                constant.select(1, c).fill_((bits >> c & 1) != 0 ? 1 : -1);
            judge->add(constant, s.label, s.present);
            if (const double value = valueOf(judge->values(), "accuracy"); value > best + 1e-9) {
                best = value;
                f1OfBest = valueOf(judge->values(), "F1");
            }
        }
        QVERIFY(std::abs(valueOf(metric->constantValues(), "accuracy") - best) < 1e-9);
        QVERIFY(std::abs(valueOf(metric->constantValues(), "F1") - f1OfBest) < 1e-9);
    }
};

CONCORD_TEST(MultilabelMetricTest)
#include "multilabel_test.moc"
