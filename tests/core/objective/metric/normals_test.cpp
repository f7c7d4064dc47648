#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

#include <numbers>

using namespace concord;
using namespace concord::test;

class NormalsMetricTest : public QObject
{
    Q_OBJECT

    const TaskInfo task_ = {.name = "n", .kind = TaskKind::normals, .classes = 3, .ignore = -1, .unit = "", .classNames = {}};

    static at::Tensor tilted(const std::vector<double> &degrees)
    {
        const at::Tensor t = at::zeros({1, 3, 1, std::int64_t(degrees.size())});
        for (std::size_t i = 0; i < degrees.size(); ++i) {
            t[0][0][0][std::int64_t(i)].fill_(std::sin(degrees[i] * std::numbers::pi / 180));
            t[0][2][0][std::int64_t(i)].fill_(std::cos(degrees[i] * std::numbers::pi / 180));
        }
        return t;
    }

    std::vector<MetricValue> judged(const at::Tensor &prediction, const at::Tensor &label) const
    {
        const auto metric = metricFor(TaskKind::normals);
        metric->start(task_);
        metric->add(prediction, label, allPresent(label.size(0)));
        return metric->values();
    }

    static at::Tensor randomNormals(Random &random, std::int64_t count, double lean)
    {
        const at::Tensor t = at::empty({1, 3, 1, count}, at::kDouble);
        for (std::int64_t i = 0; i < 3 * count; ++i)
            t.data_ptr<double>()[i] = random.normal() + (i < count ? lean : 0);
        return (t / t.norm(2, {1}, true)).to(at::kFloat);
    }

private Q_SLOTS:
    void isWhatTheHandGives()
    {
        const std::vector<double> angles = {5, 15, 25, 40, 170};
        const auto values = judged(3 * tilted(angles), tilted({0, 0, 0, 0, 0}));
        QVERIFY(std::abs(valueOf(values, "mean") - 51) < 1e-4);
        QVERIFY(std::abs(valueOf(values, "median") - 25) <= 0.0051);
        QCOMPARE(valueOf(values, "within 11.25°"), 20.0);
        QCOMPARE(valueOf(values, "within 22.5°"), 40.0);
        QCOMPARE(valueOf(values, "within 30°"), 60.0);
    }

    void anEvenCountHasTheMeanOfTheMiddleTwoAsMedian()
    {
        QVERIFY(std::abs(valueOf(judged(tilted({10, 20, 50, 60}), tilted({0, 0, 0, 0})), "median") - 35) <= 0.0051);
    }

    void noDirectionIsARightAngle()
    {
        QCOMPARE(valueOf(judged(at::zeros({1, 3, 1, 1}), tilted({0})), "mean"), 90.0);
    }

    void agreesWithAcosOfTheDotProduct()
    {
        Random random(5);
        const at::Tensor label = randomNormals(random, 3000, 0);
        const at::Tensor prediction = randomNormals(random, 3000, 0);
        const at::Tensor angles = (label.to(at::kDouble) * prediction.to(at::kDouble)).sum(1).clamp(-1, 1).acos().view(-1) * (180 / std::numbers::pi);
        const auto values = judged(prediction, label);
        QVERIFY(std::abs(valueOf(values, "mean") - angles.mean().item<double>()) < 1e-4);
        const at::Tensor sorted = std::get<0>(angles.sort());
        QVERIFY(std::abs(valueOf(values, "median") - (sorted[1499] + sorted[1500]).item<double>() / 2) <= 0.0051);
        QVERIFY(std::abs(valueOf(values, "within 30°") - 100 * (angles < 30).to(at::kDouble).mean().item<double>()) < 1e-9);
    }

    /// One label alone: its constant is itself, so what is left is the distance to its cell's middle.
    void cellsAreAsSmallAsStated()
    {
        Random random(6);
        double worst = 0;
        for (int i = 0; i < 400; ++i) {
            const auto metric = metricFor(TaskKind::normals);
            metric->start(task_);
            metric->addLabels(randomNormals(random, 1, 0), allPresent(1));
            worst = std::max(worst, valueOf(metric->constantValues(), "mean"));
        }
        QVERIFY2(worst <= 0.24, qPrintable(QString::number(worst)));
        QVERIFY(worst > 0.1);
    }

    void constantIsTheMeanDirection()
    {
        Random random(7);
        for (const double lean : {0.3, 2.0}) {
            const at::Tensor label = randomNormals(random, 5000, lean);
            const auto metric = metricFor(TaskKind::normals);
            metric->start(task_);
            metric->addLabels(label, allPresent(1));
            const at::Tensor direction = label.mean({0, 2, 3}, true);
            const auto expected = judged(direction.expand_as(label), label);
            for (const MetricValue &value : metric->constantValues())
                QVERIFY2(std::abs(value.value - valueOf(expected, value.name)) < (value.main ? 0.01 : value.unit == "%" ? 0.5 : 0.2), value.name.c_str());
        }
    }
};

CONCORD_TEST(NormalsMetricTest)
#include "normals_test.moc"
