#include "core/data/box.h"

#include "tests/core/objective/sample.h"
#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

namespace {

constexpr std::int64_t grid = 20;

/// One image: boxes by their centre cell, in cells, and with a probability where they are predicted.
struct DrawnBox
{
    int id;
    int x;
    int y;
    double width;
    double height;
    double score = 1;
};

const DrawnBox leftBox{0, 4, 4, 6, 4};
const DrawnBox rightBox{0, 14, 12, 4, 8};

DrawnBox found(DrawnBox box, double score, int id = 0)
{
    box.score = score;
    box.id = id;
    return box;
}

at::Tensor predictionOf(const std::vector<DrawnBox> &boxes, std::int64_t classes)
{
    at::Tensor values = at::full({classes + 4, grid, grid}, -40.F);
    values.narrow(0, classes, 4).zero_();
    for (const DrawnBox &box : boxes) {
        values[box.id][box.y][box.x] = std::log(box.score / (1 - box.score));
        values[classes][box.y][box.x] = box.width;
        values[classes + 1][box.y][box.x] = box.height;
        values.narrow(0, classes + 2, 2).select(1, box.y).select(1, box.x).fill_(0.5);
    }
    return values.unsqueeze(0);
}

at::Tensor labelOf(const std::vector<DrawnBox> &boxes)
{
    at::Tensor label = at::full({1, 8, 5}, -1.F);
    for (std::size_t i = 0; i < boxes.size(); ++i) {
        const DrawnBox &b = boxes[i];
        const double row[] = {double(b.id), (b.x + 0.5 - b.width / 2) / grid, (b.y + 0.5 - b.height / 2) / grid, (b.x + 0.5 + b.width / 2) / grid, (b.y + 0.5 + b.height / 2) / grid};
        for (std::int64_t k = 0; k < 5; ++k)
            label[0][std::int64_t(i)][k] = row[k];
    }
    return label;
}

std::unique_ptr<Metric> startBoxes(std::int64_t classes)
{
    std::unique_ptr<Metric> metric = metricFor(TaskKind::boxes);
    metric->start({.name = "boxes", .kind = TaskKind::boxes, .classes = classes, .ignore = -1, .unit = "", .classNames = {}});
    return metric;
}

void addImage(Metric &metric, const std::vector<DrawnBox> &truth, const std::vector<DrawnBox> &predicted, std::int64_t classes = 1)
{
    metric.add(predictionOf(predicted, classes), labelOf(truth), allPresent(1));
    metric.addLabels(labelOf(truth), allPresent(1));
}

double averagePrecision(const std::vector<DrawnBox> &truth, const std::vector<DrawnBox> &predicted, std::int64_t classes = 1)
{
    const auto metric = startBoxes(classes);
    addImage(*metric, truth, predicted, classes);
    return valueOf(metric->values(), "AP50");
}

} // namespace

class BoxesMetricTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Hits and misses in the order of their scores; the interpolated curve by hand.
    void byHand()
    {
        const DrawnBox nowhere{0, 4, 16, 4, 4};
        const auto near = [](double expected, double value) { return std::abs(expected - value) < 1e-4; };
        // hit, miss, hit: precision 1 up to a recall of ½, then ⅔.
        QVERIFY(near(100 * (0.5 + 0.5 * 2 / 3), averagePrecision({leftBox, rightBox}, {found(leftBox, 0.9), found(nowhere, 0.8), found(rightBox, 0.7)})));
        // miss, hit, hit: precisions ½ and ⅔, of which the later holds for both.
        QVERIFY(near(100 * 2.0 / 3, averagePrecision({leftBox, rightBox}, {found(nowhere, 0.9), found(leftBox, 0.8), found(rightBox, 0.7)})));
        // only one of two found.
        QVERIFY(near(50, averagePrecision({leftBox, rightBox}, {found(rightBox, 0.7)})));
        QVERIFY(near(0, averagePrecision({leftBox, rightBox}, {found(nowhere, 0.7)})));
    }

    /// A second prediction of a box that is taken counts as a miss, in front of the next hit.
    void eachTruthIsFoundOnce()
    {
        const DrawnBox wider{0, 6, 4, 8, 4};     // 5 of 6 + 8 − 5 columns in common: overlap 5/9
        const DrawnBox farther{0, 7, 4, 8, 4};   // 4 of 10: overlap 2/5
        QVERIFY(std::abs(averagePrecision({leftBox}, {found(wider, 0.9)}) - 100) < 1e-4);
        QVERIFY(averagePrecision({leftBox}, {found(farther, 0.9)}) < 1e-4);
        QVERIFY(std::abs(averagePrecision({leftBox, rightBox}, {found(leftBox, 0.9), found(wider, 0.8), found(rightBox, 0.7)}) - 100 * (0.5 + 0.5 * 2 / 3)) < 1e-4);
    }

    void classesAreAveraged()
    {
        // Class 0 found, class 1 not, class 2 does not occur; a box of the wrong class is a miss of that class.
        const DrawnBox other = found(rightBox, 1, 1);
        QVERIFY(std::abs(averagePrecision({leftBox, other}, {found(leftBox, 0.9, 0), found(rightBox, 0.8, 2)}, 3) - 50) < 1e-4);
        QVERIFY(std::abs(averagePrecision({leftBox, other}, {found(leftBox, 0.9, 1), found(rightBox, 0.8, 1)}, 3) - 25) < 0.6);   // 0 and ½; cells of no score at all find class 0 last
    }

    /// Of equal scores one in two hits: neither image comes first.
    void tiesCountTogether()
    {
        for (const bool hitFirst : {true, false}) {
            const auto metric = startBoxes(1);
            for (const bool hit : {hitFirst, !hitFirst})
                addImage(*metric, hit ? std::vector{leftBox} : std::vector<DrawnBox>{}, {found(leftBox, 0.6)});
            QVERIFY(std::abs(valueOf(metric->values(), "AP50") - 50) < 1e-4);
        }
    }

    /// The same box in each of three images but one: precision ⅔ at full recall. Medians stand firm where means do not.
    void constantsAreBoxesOfEachClass()
    {
        const auto metric = startBoxes(1);
        addImage(*metric, {leftBox}, {});
        addImage(*metric, {leftBox}, {});
        addImage(*metric, {}, {});
        QVERIFY(std::abs(valueOf(metric->constantValues(), "AP50") - 100 * 2.0 / 3) < 1e-4);
        const auto skewed = startBoxes(1);
        for (int i = 0; i < 3; ++i)
            addImage(*skewed, {leftBox}, {});
        addImage(*skewed, {{0, 16, 16, 2, 2}}, {});
        addImage(*skewed, {{0, 17, 17, 2, 2}}, {});
        QVERIFY(std::abs(valueOf(skewed->constantValues(), "AP50") - 100 * 0.6 * 0.6) < 1e-4);   // 3 of 5 are hit
    }
};

CONCORD_TEST(BoxesMetricTest)
#include "boxes_test.moc"
