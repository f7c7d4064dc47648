#include "ui/plot/curve.h"

#include "tests/support/testing.h"

#include <cmath>

namespace concord::test {

class CurveTest : public QObject
{
    Q_OBJECT

private:
    static Series wave(std::int64_t from, std::int64_t to, double phase = 0)
    {
        Series series;
        for (std::int64_t step = from; step < to; ++step) {
            series.steps.push_back(step);
            series.seconds.push_back(double(step) * 0.5);
            series.values.push_back(std::sin(double(step) * 0.37 + phase) + 2);
        }
        return series;
    }

private Q_SLOTS:
    void smoothingIsTheWeightedMeanOfThePast()
    {
        const Series series = wave(0, 60);
        Curve curve;
        QVERIFY(curve.sync(series, nullptr, CurveX::step, 0.9));
        for (std::size_t n = 0; n < 60; ++n) {
            // By definition: weights s^age over their sum.
            double sum = 0;
            double weights = 0;
            for (std::size_t i = 0; i <= n; ++i) {
                sum += std::pow(0.9, double(n - i)) * series.values[i];
                weights += std::pow(0.9, double(n - i));
            }
            QVERIFY(std::abs(curve.shown().values()[n] - sum / weights) < 1e-12);
            QCOMPARE(curve.raw().values()[n], series.values[n]);
        }
        QCOMPARE(curve.shown().values()[0], series.values[0]);
        // Another setting gives what a new curve would have.
        QVERIFY(curve.sync(series, nullptr, CurveX::step, 0.3));
        Curve fresh;
        fresh.sync(series, nullptr, CurveX::step, 0.3);
        QVERIFY(std::ranges::equal(curve.shown().values(), fresh.shown().values()));
    }

    void growsLikeOneThatCameAtOnce()
    {
        const Series all = wave(0, 500);
        Curve slow;
        for (const std::int64_t to : {3, 4, 100, 101, 500})
            QVERIFY(slow.sync(wave(0, to), nullptr, CurveX::step, 0.7));
        QVERIFY(!slow.sync(all, nullptr, CurveX::step, 0.7));
        Curve quick;
        quick.sync(all, nullptr, CurveX::step, 0.7);
        QVERIFY(std::ranges::equal(slow.shown().values(), quick.shown().values()));
        QVERIFY(std::ranges::equal(slow.x(), quick.x()));
    }

    void startsOverWhenAResumeCutTheSeriesBack()
    {
        Curve curve;
        curve.sync(wave(0, 100), nullptr, CurveX::step, 0);
        Series resumed = wave(0, 50);
        const Series other = wave(50, 130, 1);
        resumed.steps.insert(resumed.steps.end(), other.steps.begin(), other.steps.end());
        resumed.seconds.insert(resumed.seconds.end(), other.seconds.begin(), other.seconds.end());
        resumed.values.insert(resumed.values.end(), other.values.begin(), other.values.end());
        QVERIFY(curve.sync(resumed, nullptr, CurveX::step, 0));
        QVERIFY(std::ranges::equal(curve.raw().values(), resumed.values));
        QVERIFY(curve.sync(wave(0, 20), nullptr, CurveX::step, 0));
        QCOMPARE(curve.raw().size(), std::size_t(20));
    }

    void axesAreStepEpochAndTime()
    {
        const Series series = wave(0, 40);
        Series epochs;
        for (std::int64_t step = 0; step < 40; ++step) {
            epochs.steps.push_back(step);
            epochs.seconds.push_back(0);
            epochs.values.push_back(double(step) / 10);
        }
        Curve curve;
        curve.sync(series, &epochs, CurveX::step, 0);
        QCOMPARE(curve.x()[17], 17.0);
        QVERIFY(curve.sync(series, &epochs, CurveX::epoch, 0));
        QCOMPARE(curve.x()[17], 1.7);
        QVERIFY(curve.sync(series, &epochs, CurveX::time, 0));
        QCOMPARE(curve.x()[17], 8.5);
        QCOMPARE(curve.xOfStep(17), 8.5);
        QCOMPARE(curve.stepAt(curve.indexAt(8.6)), std::int64_t(17));
        // An epoch that becomes known after its loss is put right.
        Series early = epochs;
        early.steps.resize(20);
        early.seconds.resize(20);
        early.values.resize(20);
        Curve late;
        late.sync(series, &early, CurveX::epoch, 0);
        QCOMPARE(late.x()[30], 1.9);
        QVERIFY(late.sync(series, &epochs, CurveX::epoch, 0));
        QCOMPARE(late.x()[30], 3.0);
    }

    void windowReachesOnePointBeyondEitherSide()
    {
        Curve curve;
        curve.sync(wave(0, 100), nullptr, CurveX::step, 0);
        const Curve::Window window = curve.window(10.5, 20.5);
        QCOMPARE(window.from, std::size_t(10));
        QCOMPARE(window.to, std::size_t(22));
        QCOMPARE(curve.window(-5, 1000).from, std::size_t(0));
        QCOMPARE(curve.window(-5, 1000).to, std::size_t(100));
    }

    void gapsDoNotSpoilTheMean()
    {
        Series series = wave(0, 10);
        series.values[4] = NAN;
        Curve curve;
        curve.sync(series, nullptr, CurveX::step, 0.5);
        QVERIFY(std::isnan(curve.shown().values()[4]));
        QVERIFY(std::isfinite(curve.shown().values()[5]));
        QVERIFY(!curve.sync(series, nullptr, CurveX::step, 0.5));
    }
};

CONCORD_TEST(CurveTest)

} // namespace concord::test

#include "curve_test.moc"
