#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

namespace {

constexpr std::int64_t cells = 24;
constexpr double ln2 = 0.69314718055994531;

TaskInfo twoClasses()
{
    return {.name = "boxes", .kind = TaskKind::boxes, .classes = 2, .ignore = -1, .unit = "", .classNames = {}};
}

/// A box of 12 × 14 cells of class 1 whose centre lies at (10.25, 9.5), and an empty row.
at::Tensor oneBox()
{
    at::Tensor label = at::full({1, 2, 5}, -1.F);
    const double row[] = {1, 4.25 / cells, 2.5 / cells, 16.25 / cells, 16.5 / cells};
    for (std::int64_t i = 0; i < 5; ++i)
        label[0][0][i] = row[i];
    return label;
}

} // namespace

class CentreHeatmapTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// With p = ½ everywhere each cell but the centre counts (1 − Y)⁴ · ¼ · ln 2. By hand: the radius of 12 × 14 is 1.05, so Y is a Gaussian of deviation
    /// 3 / 6 in 3 × 3 cells; sizes and offsets of 0 are wrong by 12 + 14 and 0.25 + 0.5.
    void closedFormOfOneBox()
    {
        const auto loss = makeLoss("centre_heatmap", twoClasses());
        const at::Tensor prediction = at::zeros({1, 6, cells, cells}, at::kDouble);
        const double near = std::pow(1 - std::exp(-2.0), 4);
        const double diagonal = std::pow(1 - std::exp(-4.0), 4);
        const double heat = 0.25 * ln2 * (1 + 4 * near + 4 * diagonal + double(2 * cells * cells - 9));
        const double expected = heat + 0.1 * (12 + 14) + (0.25 + 0.5);
        const double found = lossValue(*loss, prediction, oneBox(), allPresent(1));
        QVERIFY2(std::abs(found / expected - 1) < 1e-6, qPrintable(QString("%1, expected %2").arg(found).arg(expected)));

        // Without the box nothing but its class's heat map changes: every cell counts, over one at least.
        const double none = lossValue(*loss, prediction, at::full({1, 2, 5}, -1.F), allPresent(1));
        QVERIFY(std::abs(none / (0.25 * ln2 * 2 * cells * cells) - 1) < 1e-12);
    }

    /// The exponents at other probabilities: p = 0.9 at the centre, 0.2 at a neighbour and at a far cell, ½ elsewhere.
    void turnsDownWhatIsRight()
    {
        const auto loss = makeLoss("centre_heatmap", twoClasses());
        at::Tensor prediction = at::zeros({1, 6, cells, cells}, at::kDouble);
        const auto logit = [](double p) { return std::log(p / (1 - p)); };
        const double before = lossValue(*loss, prediction, oneBox(), allPresent(1));
        prediction[0][1][9][10] = logit(0.9);
        prediction[0][1][9][11] = logit(0.2);
        prediction[0][1][0][0] = logit(0.2);
        const double near = std::pow(1 - std::exp(-2.0), 4);
        const double change = 0.01 * -std::log(0.9) - 0.25 * ln2 + (near + 1) * (0.04 * -std::log(0.8) - 0.25 * ln2);
        QVERIFY(std::abs(lossValue(*loss, prediction, oneBox(), allPresent(1)) - before - change) < 1e-6);
    }

    /// Sizes and offsets are read at the centre's cell alone.
    void geometryIsReadAtTheCentre()
    {
        const auto loss = makeLoss("centre_heatmap", twoClasses(), {{"size_weight", 2.0}, {"offset_weight", 3.0}});
        at::Tensor prediction = at::zeros({1, 6, cells, cells}, at::kDouble);
        const double before = lossValue(*loss, prediction, oneBox(), allPresent(1));
        prediction[0][2][9][10] = 11;
        prediction[0][3][9][10] = 15;
        prediction[0][4][9][10] = 0.25;
        const double after = lossValue(*loss, prediction, oneBox(), allPresent(1));
        QVERIFY(std::abs(before - after - (2 * (11 + 13) + 3 * 0.25)) < 1e-5);
        const at::Tensor gradient = lossGradient(*loss, prediction, oneBox(), allPresent(1)).narrow(1, 2, 4).clone();
        QCOMPARE(gradient[0][0][9][10].item<double>(), -2.0);
        QCOMPARE(gradient[0][1][9][10].item<double>(), 2.0);
        gradient.select(2, 9).select(2, 10).zero_();
        QCOMPARE(gradient.abs().max().item<double>(), 0.0);
    }

    /// Where two boxes of a class lie near each other the larger value counts; the sum is over the number of boxes.
    void severalBoxesShareTheHeatMap()
    {
        const auto loss = makeLoss("centre_heatmap", twoClasses());
        at::Tensor label = oneBox();
        label[0][1].copy_(label[0][0]);
        label[0][1].narrow(0, 1, 1).add_(1.0 / cells);
        label[0][1].narrow(0, 3, 1).add_(1.0 / cells);
        const at::Tensor prediction = at::zeros({1, 6, cells, cells}, at::kDouble);
        const double near = std::pow(1 - std::exp(-2.0), 4);
        const double diagonal = std::pow(1 - std::exp(-4.0), 4);
        // Two centres beside each other: 2 and 2 · 2 more neighbours above, below and at the ends, and 4 corners.
        const double heat = 0.25 * ln2 * (2 + 6 * near + 4 * diagonal + double(2 * cells * cells - 12)) / 2;
        const double found = lossValue(*loss, prediction, label, allPresent(1));
        QVERIFY(std::abs(found / (heat + 2.6 + 0.75) - 1) < 1e-6);
    }

    /// The map may have any size; its channels follow from the classes.
    void refusesOtherChannels()
    {
        const auto loss = makeLoss("centre_heatmap", {});
        const auto infer = [&](const Shape &shape) {
            loss->infer({{"prediction", {.type = PortType::prediction, .shape = shape, .task = {}}}, {"label", {.type = PortType::label, .shape = {32, 5}, .task = twoClasses()}}}, 0);
        };
        infer({6, 24, 24});
        infer({6, 3, 5});
        try {
            infer({2, 24, 24});
            QFAIL("accepted");
        } catch (const Error &error) {
            QCOMPARE(QString(error.what()), QString("expected 6 channels for 2 classes and 4 numbers of boxes, found 2"));
        }
    }
};

CONCORD_TEST(CentreHeatmapTest)
#include "centre_heatmap_test.moc"
