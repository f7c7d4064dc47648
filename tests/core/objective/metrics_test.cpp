#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

#include <numbers>

using namespace concord;
using namespace concord::test;

namespace {

std::unique_ptr<Metric> started(const Sample &s)
{
    std::unique_ptr<Metric> metric = metricFor(s.task.kind);
    metric->start(s.task);
    return metric;
}

void addBoth(Metric &metric, const Sample &s)
{
    metric.add(s.prediction, s.label, s.present);
    metric.addLabels(s.label, s.present);
}

/// "" when alike, else which value differs.
QString difference(const std::vector<MetricValue> &a, const std::vector<MetricValue> &b)
{
    if (a.size() != b.size())
        return "another number of values";
    for (std::size_t i = 0; i < a.size(); ++i) {
        const bool alike = std::isnan(a[i].value) ? std::isnan(b[i].value) : std::abs(a[i].value - b[i].value) <= 1e-10 * (1 + std::abs(a[i].value));
        if (!alike || a[i].name != b[i].name)
            return QString("%1: %2 and %3").arg(a[i].name.c_str()).arg(a[i].value, 0, 'g', 17).arg(b[i].value, 0, 'g', 17);
    }
    return {};
}

} // namespace

/// What every metric promises.
class MetricsTest : public QObject
{
    Q_OBJECT

    static void rows()
    {
        QTest::addColumn<int>("kind");
        for (const TaskKind kind : allKinds)
            QTest::newRow(name(kind)) << int(kind);
    }

    static TaskKind kind()
    {
        QFETCH(int, kind);
        return TaskKind(kind);
    }

private Q_SLOTS:
    void everyKindHasOneMetric_data() { rows(); }
    void everyKindHasOneMetric()
    {
        int suited = 0;
        for (const auto &[id, entry] : MetricRegistry::instance().entries()) {
            suited += entry.make()->suits(kind());
            QVERIFY(!entry.card.title.empty() && !entry.card.summary.empty());
        }
        QCOMPARE(suited, 1);
    }

    void orderAndGroupingDoNotMatter_data() { rows(); }
    void orderAndGroupingDoNotMatter()
    {
        const std::vector<Sample> samples = {makeSample(kind(), 1), makeSample(kind(), 2), makeSample(kind(), 3, 2)};
        const auto forwards = started(samples[0]);
        const auto backwards = started(samples[0]);
        const auto left = started(samples[0]);
        const auto right = started(samples[0]);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            addBoth(*forwards, samples[i]);
            addBoth(*backwards, samples[samples.size() - 1 - i]);
            addBoth(i < 1 ? *left : *right, samples[i]);
        }
        left->merge(*right);
        QCOMPARE(difference(forwards->values(), backwards->values()), QString());
        QCOMPARE(difference(forwards->constantValues(), backwards->constantValues()), QString());
        QCOMPARE(difference(forwards->values(), left->values()), QString());
        QCOMPARE(difference(forwards->constantValues(), left->constantValues()), QString());
    }

    void mergingWithNothingChangesNothing_data() { rows(); }
    void mergingWithNothingChangesNothing()
    {
        const Sample s = makeSample(kind(), 4);
        const auto metric = started(s);
        addBoth(*metric, s);
        const auto empty = started(s);
        empty->merge(*metric);
        QCOMPARE(difference(metric->values(), empty->values()), QString());
        QCOMPARE(difference(metric->constantValues(), empty->constantValues()), QString());
        metric->merge(*started(s));
        QCOMPARE(difference(metric->values(), empty->values()), QString());
        QCOMPARE(difference(metric->constantValues(), empty->constantValues()), QString());
    }

    void nothingSeenIsNotANumber_data() { rows(); }
    void nothingSeenIsNotANumber()
    {
        const Sample s = makeSample(kind(), 5);
        const auto metric = started(s);
        metric->add(s.prediction, s.label, at::zeros_like(s.present));
        metric->addLabels(s.label, at::zeros_like(s.present));
        for (const auto &values : {metric->values(), metric->constantValues()}) {
            QVERIFY(!values.empty());
            for (const MetricValue &value : values)
                QVERIFY2(std::isnan(value.value), value.name.c_str());
        }
    }

    void unknownValuesDoNotCount_data() { rows(); }
    void unknownValuesDoNotCount()
    {
        Sample s = makeSample(kind(), 6);
        const auto metric = started(s);
        addBoth(*metric, s);
        const auto moved = started(s);
        s.prediction = s.prediction.masked_fill(s.known.logical_not().expand_as(s.prediction), 0.7);
        addBoth(*moved, s);
        QCOMPARE(difference(metric->values(), moved->values()), QString());
    }

    void perfectPredictionsAreBestAndConstantsAreNot_data() { rows(); }
    void perfectPredictionsAreBestAndConstantsAreNot()
    {
        const Sample s = makeSample(kind(), 8);
        const auto metric = started(s);
        metric->add(s.perfect, s.label, s.present);
        metric->addLabels(s.label, s.present);
        const std::vector<MetricValue> values = metric->values();
        const std::vector<MetricValue> constants = metric->constantValues();
        QCOMPARE(values.size(), constants.size());
        QCOMPARE(std::ranges::count(values, true, &MetricValue::main), std::ptrdiff_t(1));
        for (std::size_t i = 0; i < values.size(); ++i) {
            const double best = values[i].unit == "%" ? 100 : values[i].name == "R²" ? 1 : 0;
            QVERIFY2(std::abs(values[i].value - best) <= 0.0051, values[i].name.c_str());
            QCOMPARE(values[i].name, constants[i].name);
            QCOMPARE(values[i].main, constants[i].main);
            if (values[i].main)
                QVERIFY(values[i].higherIsBetter ? constants[i].value < values[i].value - 1 : constants[i].value > values[i].value + 0.1);
        }
    }

    void startForgets_data() { rows(); }
    void startForgets()
    {
        const Sample s = makeSample(kind(), 9);
        const auto metric = started(s);
        addBoth(*metric, makeSample(kind(), 10));
        metric->start(s.task);
        addBoth(*metric, s);
        const auto fresh = started(s);
        addBoth(*fresh, s);
        QCOMPARE(difference(metric->values(), fresh->values()), QString());
        QCOMPARE(difference(metric->constantValues(), fresh->constantValues()), QString());
    }

    void takesHalfPrecisionAndChannelsLast_data() { rows(); }
    void takesHalfPrecisionAndChannelsLast()
    {
        const Sample s = makeSample(kind(), 12);
        const at::Tensor half = s.prediction.to(at::kBFloat16);
        const auto metric = started(s);
        metric->add(half, s.label, s.present);
        const auto same = started(s);
        const at::Tensor single = half.to(at::kFloat);
        same->add(single.dim() == 4 ? single.contiguous(at::MemoryFormat::ChannelsLast) : single, s.label, s.present);
        QCOMPARE(difference(metric->values(), same->values()), QString());
    }

    void aPredictionOfAnotherSizeIsRefused_data() { rows(); }
    void aPredictionOfAnotherSizeIsRefused()
    {
        const Sample s = makeSample(kind(), 13);
        QVERIFY_EXCEPTION_THROWN(started(s)->add(at::cat({s.prediction, s.prediction}, 1), s.label, s.present), Error);
    }
};

CONCORD_TEST(MetricsTest)
#include "metrics_test.moc"
