#include "core/objective/centres.h"

#include "tests/core/objective/sample.h"
#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class CentresTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Corners shifted by the radius, the same way, inwards and outwards, leave an overlap of 0.7 in the worst of the three cases, and a little more of a
    /// shift leaves less.
    void radiusIsTheShiftThatKeepsTheOverlap()
    {
        Random random(3);
        for (int i = 0; i < 200; ++i) {
            const double w = random.uniform(0.5, 40);
            const double h = random.uniform(0.5, 40);
            const double wanted = i % 2 == 0 ? 0.7 : random.uniform(0.3, 0.95);
            const double r = gaussianRadius(at::full({1}, w, at::kDouble), at::full({1}, h, at::kDouble), wanted).item<double>();
            const auto worst = [&](double shift) {
                const double moved = (w - shift) * (h - shift) / (2 * w * h - (w - shift) * (h - shift));
                const double smaller = (w - 2 * shift) * (h - 2 * shift) / (w * h);
                const double larger = w * h / ((w + 2 * shift) * (h + 2 * shift));
                return std::min({moved, smaller, larger});
            };
            QVERIFY(r > 0 && 2 * r < std::min(w, h));
            QVERIFY2(std::abs(worst(r) - wanted) < 1e-9, qPrintable(QString("%1 × %2: %3").arg(w).arg(h).arg(worst(r))));
            QVERIFY(worst(1.01 * r) < wanted);
        }
        QCOMPARE(gaussianRadius(at::zeros({2}), at::zeros({2})).abs().max().item<float>(), 0.F);
    }

    void findsPeaksAndTheirBoxes()
    {
        at::Tensor values = at::full({2 + 4, 8, 10}, -20.F);
        const auto place = [&](int id, int x, int y, float logit, float width, float height) {
            values[id][y][x] = logit;
            values[2][y][x] = width;
            values[3][y][x] = height;
            values[4][y][x] = 0.25F;
            values[5][y][x] = 0.5F;
        };
        place(0, 3, 2, 2, 4, 3);
        values[0][3][4] = 1;   // a neighbour, less certain: no peak
        place(1, 7, 5, 4, 20, 2);
        values[1][2][3] = 0;   // another class at the first one's place
        const std::vector<ScoredBox> boxes = boxesOfPrediction(values, 3);
        QCOMPARE(boxes.size(), 3u);
        QCOMPARE(boxes[0].id, 1);
        QVERIFY(std::abs(boxes[0].score - 1 / (1 + std::exp(-4.0))) < 1e-6);
        QCOMPARE(boxes[0].box, (Box{0, 4.5F / 8, 1, 6.5F / 8}));   // wider than the image
        QCOMPARE(boxes[1].id, 0);
        QCOMPARE(boxes[1].box, (Box{1.25F / 10, 1.F / 8, 5.25F / 10, 4.F / 8}));
        QCOMPARE(boxes[2].id, 1);
        QCOMPARE(boxes[2].box, boxes[1].box);
        QCOMPARE(boxesOfPrediction(values, 1).size(), 1u);
    }
};

CONCORD_TEST(CentresTest)
#include "centres_test.moc"
