#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class RegressionMetricTest : public QObject
{
    Q_OBJECT

    const TaskInfo task_ = {.name = "r", .kind = TaskKind::regression, .classes = 2, .ignore = -1, .unit = "Nm", .classNames = {}};

private Q_SLOTS:
    /// First value: truth 1 2 3, found 1 2 6, so 1 − 9/2. Second: truth always 5, found 5 5 4; it does not vary.
    void isWhatTheHandGives()
    {
        const auto metric = metricFor(TaskKind::regression);
        metric->start(task_);
        metric->add(at::tensor({1.0f, 5.0f, 2.0f, 5.0f, 6.0f, 4.0f}).view({3, 2}), at::tensor({1.0f, 5.0f, 2.0f, 5.0f, 3.0f, 5.0f}).view({3, 2}), allPresent(3));
        QVERIFY(std::abs(valueOf(metric->values(), "RMSE") - std::sqrt(10.0 / 6)) < 1e-12);
        QVERIFY(std::abs(valueOf(metric->values(), "R²") - (1 - 9.0 / 2)) < 1e-12);
        QCOMPARE(metric->values()[0].unit, std::string("Nm"));
    }

    void constantIsTheMean()
    {
        Random random(8);
        // Far from zero, where a plain sum of squares would lose the variance.
        const at::Tensor label = (uniformTensor({500, 2}, random, -1, 1) + at::tensor({4000.0, -3.0}, at::kDouble)).to(at::kFloat);
        const auto metric = metricFor(TaskKind::regression);
        metric->start(task_);
        metric->addLabels(label, allPresent(500));
        const at::Tensor exact = label.to(at::kDouble);
        const double expected = std::sqrt((exact - exact.mean(0, true)).square().mean().item<double>());
        QVERIFY(std::abs(valueOf(metric->constantValues(), "RMSE") - expected) < 1e-9);
        QVERIFY(std::abs(valueOf(metric->constantValues(), "R²")) < 1e-9);
    }
};

CONCORD_TEST(RegressionMetricTest)
#include "regression_test.moc"
