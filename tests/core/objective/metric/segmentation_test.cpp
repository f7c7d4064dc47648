#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class SegmentationMetricTest : public QObject
{
    Q_OBJECT

    static TaskInfo task(std::int64_t classes, std::int64_t ignore)
    {
        return {.name = "s", .kind = TaskKind::segmentation, .classes = classes, .ignore = ignore, .unit = "", .classNames = {}};
    }

    /// Logits that choose the given ids; [pixels] → [1, classes, 1, pixels].
    static at::Tensor choosing(const std::vector<std::int64_t> &ids, std::int64_t classes)
    {
        return at::one_hot(at::tensor(ids), classes).to(at::kFloat).t().reshape({1, classes, 1, std::int64_t(ids.size())});
    }

private Q_SLOTS:
    /// Truth 0 0 0 1 1 2 and ignored, prediction 0 0 1 1 0 2 3: IoU 2/4, 1/3, 1/1; class 3 was only predicted where ignored.
    void isTheMeanOverClassesThatOccur()
    {
        const auto metric = metricFor(TaskKind::segmentation);
        metric->start(task(5, 9));
        const at::Tensor label = at::tensor({0.0f, 0.0f, 0.0f, 1.0f, 1.0f, 2.0f, 9.0f}).view({1, 1, 7});
        metric->add(choosing({0, 0, 1, 1, 0, 2, 3}, 5), label, allPresent(1));
        QVERIFY(std::abs(valueOf(metric->values(), "mIoU") - 100 * (2.0 / 4 + 1.0 / 3 + 1) / 3) < 1e-12);
        QVERIFY(std::abs(valueOf(metric->values(), "pixel accuracy") - 100 * 4.0 / 6) < 1e-12);
        // A predicted class that never is the truth counts with IoU 0.
        metric->add(choosing({3}, 5), at::tensor({2.0f}).view({1, 1, 1}), allPresent(1));
        QVERIFY(std::abs(valueOf(metric->values(), "mIoU") - 100 * (2.0 / 4 + 1.0 / 3 + 1.0 / 2 + 0) / 4) < 1e-12);
    }

    void pixelsArePooledOverTheSetNotAveragedByImage()
    {
        const auto metric = metricFor(TaskKind::segmentation);
        metric->start(task(2, -1));
        metric->add(choosing({0}, 2), at::zeros({1, 1, 1}), allPresent(1));
        metric->add(choosing({1, 1, 1}, 2), at::zeros({1, 1, 3}), allPresent(1));
        QCOMPARE(valueOf(metric->values(), "pixel accuracy"), 25.0);
    }

    /// The constant must be the best of all constants, each judged as a prediction.
    void constantIsTheBestSingleClass()
    {
        const Sample s = makeSample(TaskKind::segmentation, 31);
        double bestMain = 0;
        double bestAccuracy = 0;
        for (std::int64_t c = 0; c < 4; ++c) {
            const auto metric = metricFor(TaskKind::segmentation);
            metric->start(s.task);
            at::Tensor constant = at::zeros_like(s.prediction);
            constant.select(1, c).fill_(1);
            metric->add(constant, s.label, s.present);
            bestMain = std::max(bestMain, valueOf(metric->values(), "mIoU"));
            bestAccuracy = std::max(bestAccuracy, valueOf(metric->values(), "pixel accuracy"));
        }
        const auto metric = metricFor(TaskKind::segmentation);
        metric->start(s.task);
        metric->addLabels(s.label, s.present);
        QVERIFY(std::abs(valueOf(metric->constantValues(), "mIoU") - bestMain) < 1e-12);
        QVERIFY(std::abs(valueOf(metric->constantValues(), "pixel accuracy") - bestAccuracy) < 1e-12);
    }
};

CONCORD_TEST(SegmentationMetricTest)
#include "segmentation_test.moc"
