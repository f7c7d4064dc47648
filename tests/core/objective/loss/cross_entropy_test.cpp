#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class CrossEntropyTest : public QObject
{
    Q_OBJECT

    const TaskInfo task_ = {.name = "t", .kind = TaskKind::classification, .classes = 3, .ignore = -1, .unit = "", .classNames = {}};
    const at::Tensor logits_ = at::tensor({1.0, 2.0, 0.5, -1.0, 0.0, 3.0}, at::kDouble).view({2, 3});
    const at::Tensor label_ = at::tensor({1.0f, 0.0f});

    /// −log softmax, from its definition.
    double surprise(int row, int column) const
    {
        const double *x = logits_.data_ptr<double>() + row * 3;
        return std::log(std::exp(x[0]) + std::exp(x[1]) + std::exp(x[2])) - x[column];
    }

    double lossWith(const ParamMap &params) const { return lossValue(*makeLoss("cross_entropy", task_, params), logits_, label_, allPresent(2)); }

private Q_SLOTS:
    void isTheMeanSurprise() { QVERIFY(std::abs(lossWith({}) - (surprise(0, 1) + surprise(1, 0)) / 2) < 1e-12); }

    void evenLogitsCostTheLogOfTheClasses()
    {
        const TaskInfo task{.name = "t", .kind = TaskKind::segmentation, .classes = 5, .ignore = 255, .unit = "", .classNames = {}};
        const double value = lossValue(*makeLoss("cross_entropy", task), at::zeros({1, 5, 3, 3}, at::kDouble), at::full({1, 3, 3}, 2.0f), allPresent(1));
        QVERIFY(std::abs(value - std::log(5.0)) < 1e-12);
    }

    void smoothingMixesInTheUniformDistribution()
    {
        double expected = 0;
        const int truth[2] = {1, 0};
        for (int row = 0; row < 2; ++row)
            for (int c = 0; c < 3; ++c)
                expected += ((c == truth[row] ? 0.7 : 0.0) + 0.1) * surprise(row, c) / 2;
        QVERIFY(std::abs(lossWith({{"smoothing", 0.3}}) - expected) < 1e-12);
    }

    void weightsGiveAWeightedMean()
    {
        const double expected = (4 * surprise(0, 1) + 0.5 * surprise(1, 0)) / 4.5;
        QVERIFY(std::abs(lossWith({{"class_weights", std::vector<std::string>{"0.5", "4", "1"}}}) - expected) < 1e-12);
    }

    void ignoredPixelsAreLeftOutOfTheMean()
    {
        TaskInfo task = task_;
        task.ignore = 7;
        const double value = lossValue(*makeLoss("cross_entropy", task), logits_, at::tensor({1.0f, 7.0f}), allPresent(2));
        QVERIFY(std::abs(value - surprise(0, 1)) < 1e-12);
    }

    /// The one-pass normalisation must agree with the plain definition on a full segmentation batch.
    void agreesWithTheDefinitionOnPixels()
    {
        const Sample s = makeSample(TaskKind::segmentation, 3);
        const at::Tensor logs = at::log_softmax(s.prediction, 1);
        double sum = 0;
        std::int64_t count = 0;
        for (std::int64_t n = 0; n < 4; ++n)
            for (std::int64_t y = 0; y < 5; ++y)
                for (std::int64_t x = 0; x < 6; ++x)
                    if (s.known[n][0][y][x].item<bool>()) {
                        sum -= logs[n][s.label[n][y][x].item<std::int64_t>()][y][x].item<double>();
                        ++count;
                    }
        QVERIFY(std::abs(lossValue(*makeLoss("cross_entropy", s.task), s.prediction, s.label, s.present) - sum / double(count)) < 1e-12);
    }
};

CONCORD_TEST(CrossEntropyTest)
#include "cross_entropy_test.moc"
