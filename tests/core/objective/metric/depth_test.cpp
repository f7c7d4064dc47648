#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class DepthMetricTest : public QObject
{
    Q_OBJECT

    const TaskInfo task_ = {.name = "d", .kind = TaskKind::depth, .classes = 1, .ignore = -1, .unit = "m", .classNames = {}};

    std::vector<MetricValue> judged(const at::Tensor &prediction, const at::Tensor &label) const
    {
        const auto metric = metricFor(TaskKind::depth);
        metric->start(task_);
        metric->add(prediction, label, allPresent(label.size(0)));
        return metric->values();
    }

private Q_SLOTS:
    /// Truth 1, 2, 4, unknown; prediction 1.5, 2, 3, 9.
    void isWhatTheHandGives()
    {
        const auto values = judged(at::tensor({1.5f, 2.0f, 3.0f, 9.0f}).view({1, 1, 2, 2}), at::tensor({1.0f, 2.0f, 4.0f, 0.0f}).view({1, 1, 2, 2}));
        QCOMPARE(valueOf(values, "abs"), (0.5 + 0 + 1) / 3);
        QCOMPARE(valueOf(values, "rel"), (0.5 + 0 + 0.25) / 3);
        QCOMPARE(valueOf(values, "RMSE"), std::sqrt((0.25 + 0 + 1) / 3));
        QCOMPARE(valueOf(values, "δ < 1.25"), 100.0 / 3);
    }

    void aNegativePredictionIsNeverClose()
    {
        QCOMPARE(valueOf(judged(at::full({1, 1, 1, 1}, -1.0f), at::full({1, 1, 1, 1}, 1.0f)), "δ < 1.25"), 0.0);
    }

    /// The best constant for the mean absolute error is the median: no value on a fine grid may beat it, and the announced values
    /// are those of a prediction of that constant.
    void constantIsTheMedian()
    {
        Random random(3);
        const std::int64_t count = 4001;
        const at::Tensor label = at::empty({1, 1, 1, count});
        for (std::int64_t i = 0; i < count; ++i)
            label.data_ptr<float>()[i] = float(0.3 * std::exp(random.uniform(0, 3)));
        const auto metric = metricFor(TaskKind::depth);
        metric->start(task_);
        metric->addLabels(label, allPresent(1));
        const auto constants = metric->constantValues();
        const double median = label.view(-1).median().item<double>();
        const auto ofMedian = judged(at::full_like(label, median), label);
        for (const MetricValue &value : constants)
            QVERIFY2(std::abs(value.value - valueOf(ofMedian, value.name)) <= 0.002 * std::abs(value.value) + 1e-9, value.name.c_str());
        for (double c = 0.3; c < 6; c += 0.05)
            QVERIFY(valueOf(judged(at::full_like(label, c), label), "abs") > valueOf(constants, "abs") - 1e-4);
    }
};

CONCORD_TEST(DepthMetricTest)
#include "depth_test.moc"
