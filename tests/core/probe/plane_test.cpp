#include "core/probe/plane.h"

#include "core/tensor/tensor.h"

#include "tests/support/testing.h"

#include <cmath>
#include <cstring>
#include <limits>

namespace concord::test {

static at::Tensor tensorOf(std::vector<float> values, at::IntArrayRef sizes)
{
    return at::from_blob(values.data(), sizes, at::kFloat).clone();
}

static std::vector<float> floatsOfPlane(const PredictionEvent &plane)
{
    std::vector<float> values(plane.data.size() / 4);
    std::memcpy(values.data(), plane.data.data(), plane.data.size());
    return values;
}

class PlaneTest : public QObject
{
    Q_OBJECT

    using Bytes = std::vector<std::uint8_t>;

  private Q_SLOTS:
    void interleavesColours()
    {
        // Two pixels: red and half grey, given as [C, H, W].
        const std::vector<float> image{1, 0.5f, 0, 0.5f, 0, 0.5f};
        const PredictionEvent plane = imagePlane(image, {3, 1, 2});
        QCOMPARE(plane.kind, std::string("image"));
        QCOMPARE(plane.width, 2);
        QCOMPARE(plane.height, 1);
        QCOMPARE(plane.channels, 3);
        QCOMPARE(plane.data, (Bytes{255, 0, 0, 128, 128, 128}));
    }

    void showsOneChannelAsGrey() { QCOMPARE(imagePlane(std::vector<float>{0, 1, -3, 7}, {1, 2, 2}).data, (Bytes{0, 255, 0, 255})); }

    void keepsVectorsAsNumbers()
    {
        const std::vector<float> image{-1.5f, 2};
        const PredictionEvent plane = imagePlane(image, {2});
        QCOMPARE(plane.bytesPerValue, 4);
        QCOMPARE(plane.width, 2);
        QCOMPARE(floatsOfPlane(plane), image);
    }

    void choosesTheLikeliestClass()
    {
        const TaskInfo task{.name = "seg", .kind = TaskKind::segmentation, .classes = 3};
        // [3, 1, 2]: pixel 0 has its largest score in class 2, pixel 1 in class 0.
        const PredictionEvent plane = predictionPlane(tensorOf({0, 5, 1, 4, 2, 3}, {3, 1, 2}), task);
        QCOMPARE(plane.kind, std::string("prediction"));
        QCOMPARE(plane.data, (Bytes{2, 0}));
        QCOMPARE(truthPlane(std::vector<float>{2, -1}, {1, 2}, task).data, (Bytes{2, 255}));
    }

    void writesDepthInLittleEndianMillimetres()
    {
        const TaskInfo task{.name = "depth", .kind = TaskKind::depth, .classes = 1};
        const std::vector<float> metres{1.234f, 0, -2, std::numeric_limits<float>::quiet_NaN()};
        const PredictionEvent plane = predictionPlane(tensorOf(metres, {1, 2, 2}), task);
        QCOMPARE(plane.scale, 0.001);
        QCOMPARE(plane.bytesPerValue, 2);
        QCOMPARE(plane.data, (Bytes{1234 & 0xff, 1234 >> 8, 0, 0, 0, 0, 0, 0}));
        QCOMPARE(truthPlane(metres, {1, 2, 2}, task).data, plane.data);
    }

    void coarsensTheUnitForDeepScenes()
    {
        const TaskInfo task{.name = "depth", .kind = TaskKind::depth, .classes = 1};
        const PredictionEvent plane = truthPlane(std::vector<float>{655.35f, 65.535f}, {1, 1, 2}, task);
        QVERIFY(std::abs(plane.scale - 0.01) < 1e-6);
        QCOMPARE(int(plane.data[0]) + 256 * plane.data[1], 65535);
        QVERIFY(std::abs(int(plane.data[2]) + 256 * plane.data[3] - 6554) <= 1);
    }

    void makesNormalsUnitVectors()
    {
        const TaskInfo task{.name = "normals", .kind = TaskKind::normals, .classes = 3};
        // (0, 0, 10) is the unit vector z: ((0+1)/2, (0+1)/2, 1)·255.
        QCOMPARE(predictionPlane(tensorOf({0, 0, 10}, {3, 1, 1}), task).data, (Bytes{128, 128, 255}));
        QCOMPARE(truthPlane(std::vector<float>{-1, 0, 0}, {3, 1, 1}, task).data, (Bytes{0, 128, 128}));
    }

    void turnsLogitsIntoProbabilities()
    {
        const TaskInfo edges{.name = "edges", .kind = TaskKind::edges, .classes = 1};
        QCOMPARE(predictionPlane(tensorOf({0, 100, -100}, {1, 1, 3}), edges).data, (Bytes{128, 255, 0}));

        const TaskInfo digit{.name = "digit", .kind = TaskKind::classification, .classes = 2};
        const std::vector<float> scores = floatsOfPlane(predictionPlane(tensorOf({std::log(3.0f), 0}, {2}), digit));
        QVERIFY(std::abs(scores[0] - 0.75f) < 1e-6f && std::abs(scores[1] - 0.25f) < 1e-6f);
        const PredictionEvent truth = truthPlane(std::vector<float>{1}, {}, digit);
        QCOMPARE(truth.width, 2);
        QCOMPARE(truth.height, 1);
        QCOMPARE(floatsOfPlane(truth), (std::vector<float>{0, 1}));
        QCOMPARE(truthPlane(std::vector<float>{-1}, {}, digit).width, 0);

        const TaskInfo value{.name = "value", .kind = TaskKind::regression, .classes = 2};
        QCOMPARE(floatsOfPlane(predictionPlane(tensorOf({-4, 9}, {2}), value)), (std::vector<float>{-4, 9}));
    }

    void keepsBoxesAsRows()
    {
        const TaskInfo task{.name = "boxes", .kind = TaskKind::boxes, .classes = 2};
        const PredictionEvent truth = truthPlane(std::vector<float>{1, 0.25f, 0.5f, 0.75f, 1, -1, -1, -1, -1, -1}, {2, 5}, task);
        QCOMPARE(truth.width, 6);
        QCOMPARE(truth.height, 1);
        QCOMPARE(floatsOfPlane(truth), (std::vector<float>{1, 1, 0.25f, 0.5f, 0.75f, 1}));
        QCOMPARE(boxesOfPlane(truth), (std::vector<ScoredBox>{{.id = 1, .score = 1, .box = {0.25f, 0.5f, 0.75f, 1}}}));

        // One peak of class 0 in cell (1, 0) of 2 × 2, one cell wide and two high, its centre at (1.5, 0.5): clipped above.
        at::Tensor values = at::full({6, 2, 2}, -50.F);
        values[0][0][1] = 0;
        values[2][0][1] = 1;
        values[3][0][1] = 2;
        values[4][0][1] = 0.5;
        values[5][0][1] = 0.5;
        const std::vector<ScoredBox> boxes = boxesOfPlane(predictionPlane(values, task));
        QCOMPARE(boxes.front(), (ScoredBox{.id = 0, .score = 0.5f, .box = {0.5f, 0, 1, 0.75f}}));

        const PredictionEvent none = truthPlane(std::vector<float>{-1, -1, -1, -1, -1}, {1, 5}, task);
        QCOMPARE(none.data.size(), std::size_t(24));
        QVERIFY(boxesOfPlane(none).empty());
        QVERIFY(boxesOfPlane(imagePlane(std::vector<float>{1, 2, 3, 4, 5, 6}, {1, 1, 6})).empty());
    }

    void readsBfloat16()
    {
        const TaskInfo task{.name = "seg", .kind = TaskKind::segmentation, .classes = 2};
        QCOMPARE(predictionPlane(tensorOf({0, 1}, {2, 1, 1}).to(at::kBFloat16), task).data, (Bytes{1}));
    }
};

} // namespace concord::test

using concord::test::PlaneTest;
CONCORD_TEST(PlaneTest)
#include "plane_test.moc"
