#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class WeightedBceTest : public QObject
{
    Q_OBJECT

    /// Mean over known values of weight · −log of the probability given to the truth, straight from the definition.
    static double expected(const Sample &s, double ones, double zeros)
    {
        double sum = 0;
        std::int64_t count = 0;
        for (std::int64_t i = 0; i < s.label.numel(); ++i) {
            if (!s.known.data_ptr<bool>()[i])
                continue;
            const double p = 1 / (1 + std::exp(-s.prediction.data_ptr<double>()[i]));
            sum += s.label.data_ptr<float>()[i] > 0 ? -ones * std::log(p) : -zeros * std::log(1 - p);
            ++count;
        }
        return sum / double(count);
    }

private Q_SLOTS:
    void isTheFormula_data()
    {
        QTest::addColumn<int>("kind");
        for (const TaskKind kind : {TaskKind::edges, TaskKind::saliency, TaskKind::multilabel})
            QTest::newRow(name(kind)) << int(kind);
    }
    void isTheFormula()
    {
        QFETCH(int, kind);
        const Sample s = makeSample(TaskKind(kind), 21);
        const auto value = [&](const ParamMap &params) { return lossValue(*makeLoss("weighted_bce", s.task, params), s.prediction, s.label, s.present); };
        QVERIFY(std::abs(value({}) - expected(s, 1, 1)) < 1e-12);
        QVERIFY(std::abs(value({{"positive_weight", 4.0}}) - expected(s, 4, 1)) < 1e-12);

        double positives = 0;
        double count = 0;
        for (std::int64_t i = 0; i < s.label.numel(); ++i)
            if (s.known.data_ptr<bool>()[i]) {
                positives += s.label.data_ptr<float>()[i];
                ++count;
            }
        QVERIFY(positives > 0 && positives < count);
        QVERIFY(std::abs(value({{"balanced", true}}) - expected(s, 1 - positives / count, positives / count)) < 1e-12);
    }

    void balancedWeighsOnesAndZerosAlikeInTotal()
    {
        // At logit 0 every value costs log 2, so the gradient's sum shows the balance of the weights.
        const Sample s = makeSample(TaskKind::edges, 22);
        const at::Tensor gradient = lossGradient(*makeLoss("weighted_bce", s.task, {{"balanced", true}}), at::zeros_like(s.prediction), s.label, s.present);
        QVERIFY(std::abs(gradient.sum().item<double>()) < 1e-12);
    }

    void largeLogitsStayFinite()
    {
        const TaskInfo task{.name = "m", .kind = TaskKind::multilabel, .classes = 2, .ignore = -1, .unit = "", .classNames = {}};
        const at::Tensor logits = at::tensor({1e4f, -1e4f}).view({1, 2});
        QCOMPARE(lossValue(*makeLoss("weighted_bce", task), logits, at::tensor({1.0f, 0.0f}).view({1, 2}), allPresent(1)), 0.0);
        QCOMPARE(lossValue(*makeLoss("weighted_bce", task), logits, at::tensor({0.0f, 1.0f}).view({1, 2}), allPresent(1)), 1e4);
    }
};

CONCORD_TEST(WeightedBceTest)
#include "weighted_bce_test.moc"
