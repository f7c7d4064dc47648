#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

#include <numbers>

using namespace concord;
using namespace concord::test;

class CosineNormalsTest : public QObject
{
    Q_OBJECT

    const TaskInfo task_ = {.name = "n", .kind = TaskKind::normals, .classes = 3, .ignore = -1, .unit = "", .classNames = {}};
    const at::Tensor up_ = at::tensor({0.0f, 0.0f, 1.0f}).view({1, 3, 1, 1});

    double at(double degrees, double length) const
    {
        const double angle = degrees * std::numbers::pi / 180;
        const at::Tensor prediction = at::tensor({std::sin(angle) * length, 0.0, std::cos(angle) * length}, at::kDouble).view({1, 3, 1, 1});
        return lossValue(*makeLoss("cosine_normals", task_), prediction, up_, allPresent(1));
    }

private Q_SLOTS:
    void isOneMinusTheCosineAtAnyLength()
    {
        for (const double length : {0.01, 1.0, 40.0}) {
            QVERIFY(std::abs(at(0, length)) < 1e-12);
            QVERIFY(std::abs(at(60, length) - 0.5) < 1e-12);
            QVERIFY(std::abs(at(90, length) - 1) < 1e-12);
            QVERIFY(std::abs(at(180, length) - 2) < 1e-12);
        }
    }

    void aZeroPredictionHasAFiniteGradientTowardsTheLabel()
    {
        const at::Tensor zero = at::zeros({1, 3, 1, 1}, at::kDouble);
        QCOMPARE(lossValue(*makeLoss("cosine_normals", task_), zero, up_, allPresent(1)), 1.0);
        const at::Tensor gradient = lossGradient(*makeLoss("cosine_normals", task_), zero, up_, allPresent(1)).view(-1);
        QVERIFY(at::isfinite(gradient).all().item<bool>() && gradient[2].item<double>() < 0);
    }

    void pixelsWithoutANormalAreLeftOut()
    {
        const at::Tensor label = at::tensor({0.0f, 0.0f, 0.0f, 0.0f, 1.0f, 0.0f}).view({1, 3, 1, 2});
        const at::Tensor prediction = at::tensor({1.0, 1.0, 0.0, 1.0, 0.0, 1.0}, at::kDouble).view({1, 3, 1, 2});
        QCOMPARE(lossValue(*makeLoss("cosine_normals", task_), prediction, label, allPresent(1)), 1.0);
    }
};

CONCORD_TEST(CosineNormalsTest)
#include "cosine_normals_test.moc"
