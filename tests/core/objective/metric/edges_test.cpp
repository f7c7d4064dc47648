#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class BinaryMapMetricTest : public QObject
{
    Q_OBJECT

    const TaskInfo task_ = {.name = "e", .kind = TaskKind::edges, .classes = 1, .ignore = -1, .unit = "", .classNames = {}};

    static at::Tensor logits(const std::vector<double> &probabilities)
    {
        const at::Tensor p = at::tensor(probabilities, at::kDouble);
        return (p / (1 - p)).log().view({1, 1, 1, -1});
    }

private Q_SLOTS:
    /// Ones at 0.855, 0.605 and 0.205, zeros at 0.705 and 0.105: best below 0.2 with precision 3/4 and recall 1.
    void takesTheBestThreshold()
    {
        const auto metric = metricFor(TaskKind::edges);
        metric->start(task_);
        metric->add(logits({0.855, 0.605, 0.205, 0.705, 0.105}), at::tensor({1.0f, 1.0f, 1.0f, 0.0f, 0.0f}).view({1, 1, 1, 5}), allPresent(1));
        QVERIFY(std::abs(valueOf(metric->values(), "F-measure") - 100 * 2 * 0.75 / 1.75) < 1e-9);
        QVERIFY(std::abs(valueOf(metric->values(), "precision") - 75) < 1e-9);
        QVERIFY(std::abs(valueOf(metric->values(), "recall") - 100) < 1e-9);
    }

    void agreesWithTryingEveryThreshold()
    {
        Random random(9);
        std::vector<double> probabilities;
        std::vector<float> truth;
        for (int i = 0; i < 2000; ++i) {
            const double p = (double(random.below(100)) + 0.5) / 100;   // in the middle of a level, whatever the rounding
            probabilities.push_back(p);
            truth.push_back(random.chance(0.1) ? -1.0f : float(random.chance(p * p)));
        }
        double best = 0;
        for (int level = 0; level < 100; ++level) {
            double hit = 0;
            double wrong = 0;
            double missed = 0;
            for (std::size_t i = 0; i < truth.size(); ++i) {
                const bool found = probabilities[i] >= level / 100.0;
                hit += found && truth[i] == 1;
                wrong += found && truth[i] == 0;
                missed += !found && truth[i] == 1;
            }
            best = std::max(best, 2 * hit / (2 * hit + wrong + missed));
        }
        const auto metric = metricFor(TaskKind::edges);
        metric->start(task_);
        metric->add(logits(probabilities), at::tensor(truth).view({1, 1, 1, -1}), allPresent(1));
        QVERIFY(std::abs(valueOf(metric->values(), "F-measure") - 100 * best) < 1e-9);
    }

    void theThresholdIsOneForTheSet()
    {
        // Each image alone could be separated, both together cannot.
        const at::Tensor label = at::tensor({1.0f, 0.0f}).view({1, 1, 1, 2});
        const auto metric = metricFor(TaskKind::edges);
        metric->start(task_);
        metric->add(logits({0.905, 0.705}), label, allPresent(1));
        metric->add(logits({0.405, 0.205}), label, allPresent(1));
        QVERIFY(std::abs(valueOf(metric->values(), "F-measure") - 100 * 0.8) < 1e-9);
    }

    void constantIsPositiveEverywhere()
    {
        const Sample s = makeSample(TaskKind::saliency, 10);
        const auto metric = metricFor(TaskKind::saliency);
        metric->start(s.task);
        metric->add(at::full_like(s.prediction, 50), s.label, s.present);
        metric->addLabels(s.label, s.present);
        QVERIFY(valueOf(metric->values(), "F-measure") > 0);
        for (const MetricValue &value : metric->values())
            QVERIFY(std::abs(value.value - valueOf(metric->constantValues(), value.name)) < 1e-9);
    }
};

CONCORD_TEST(BinaryMapMetricTest)
#include "edges_test.moc"
