#include "core/model/tensor_factors.h"

#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using Numbers = std::vector<Whole>;

at::Tensor rebuiltStack(Factorisation kind, const StackSizes &sizes, const TensorFactors &factors)
{
    std::vector<at::Tensor> weights;
    for (Whole t = 0; t < sizes.back(); ++t)
        weights.push_back(rebuildWeight(kind, sizes, factors.shared, factors.tasks[t]));
    return at::stack(weights, -1);
}

constexpr Factorisation allForms[] = {Factorisation::svd, Factorisation::tucker, Factorisation::train};

} // namespace

class TensorFactorsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// At full rank any stack of weights, of convolutions or of linear maps, comes back.
    void fullRankIsExact()
    {
        for (const StackSizes &sizes : {StackSizes{6, 5, 3, 3, 4}, StackSizes{7, 9, 3}, StackSizes{2, 1, 3, 3, 5}, StackSizes{4, 3, 1}})
            for (const Factorisation kind : allForms) {
                const at::Tensor stack = concord::test::randomTensor(sizes, 3);
                const TensorFactors factors = factorise(kind, stack, 0);
                QCOMPARE(factors.ranks, fullRanks(kind, sizes));
                QVERIFY((rebuiltStack(kind, sizes, factors) - stack).abs().max().item<double>() < 1e-5);
                const std::vector<Numbers> shapes = factorShapes(kind, sizes, factors.ranks);
                QCOMPARE(factors.shared.size(), shapes.size());
                for (std::size_t i = 0; i < shapes.size(); ++i)
                    QCOMPARE(factors.shared[i].sizes().vec(), shapes[i]);
            }
    }

    /// The error stays below the threshold, and a smaller rank than full is enough for it; a stack made from two components has rank two.
    void thresholdDecidesTheRank()
    {
        const StackSizes sizes = {6, 5, 3, 3, 4};
        at::Tensor stack = concord::test::randomTensor(sizes, 5);
        for (Whole axis = 0; axis < 5; ++axis) {   // noise alone has nothing to leave out
            std::vector<Whole> along(5, 1);
            along[std::size_t(axis)] = -1;
            stack = stack * at::pow(0.4, at::arange(double(stack.size(axis)))).view(along).to(at::kFloat);
        }
        for (const Factorisation kind : allForms) {
            const TensorFactors factors = factorise(kind, stack, 0.2);
            const double error = concord::test::relativeError(rebuiltStack(kind, sizes, factors), stack);
            QVERIFY2(error < 0.2 && error > 1e-3, qPrintable(QString::number(error)));
            QVERIFY(factorCount(kind, sizes, factors.ranks) < factorCount(kind, sizes, fullRanks(kind, sizes)));
        }
        const at::Tensor basis = concord::test::randomTensor({2, 6, 5, 3, 3}, 6);
        const at::Tensor mix = concord::test::randomTensor({2, 4}, 7);
        const at::Tensor two = at::tensordot(basis, mix, {0}, {0}) + concord::test::randomTensor(sizes, 8) * 1e-5;
        for (const Factorisation kind : allForms) {
            const TensorFactors factors = factorise(kind, two, 1e-3);
            QCOMPARE(factors.ranks.back(), Whole(2));
            QVERIFY(concord::test::relativeError(rebuiltStack(kind, sizes, factors), two) < 1e-3);
        }
    }

    /// The best approximation of rank one, by the singular values of the flattened stack.
    void svdIsTheBestOfItsRank()
    {
        const at::Tensor stack = concord::test::randomTensor({5, 4, 3, 3, 3}, 9);
        const at::Tensor values = at::linalg_svdvals(stack.to(at::kDouble).reshape({-1, 3}));
        const TensorFactors factors = factorise(Factorisation::svd, stack, 0, {1});
        const double lost = (rebuiltStack(Factorisation::svd, stack.sizes().vec(), factors) - stack).norm().item<double>();
        QVERIFY(std::abs(lost / values.narrow(0, 1, 2).norm().item<double>() - 1) < 1e-5);
    }

    void ranksByHand()
    {
        const StackSizes sizes = {2, 3, 3, 3, 4};
        QCOMPARE(fullRanks(Factorisation::svd, sizes), Numbers{4});
        QCOMPARE(fullRanks(Factorisation::tucker, sizes), (Numbers{2, 3, 3, 3, 4}));
        QCOMPARE(fullRanks(Factorisation::train, sizes), (Numbers{2, 6, 12, 4}));
        QCOMPARE(fullRanks(Factorisation::tucker, {2, 1, 5}), (Numbers{2, 1, 2}));
        // A rank that the others cannot fill is of no use.
        QCOMPARE(usefulRanks(Factorisation::tucker, sizes, {1, 1, 2, 1, 4}), (Numbers{1, 1, 2, 1, 2}));
        QCOMPARE(usefulRanks(Factorisation::train, sizes, {1, 9, 9, 1}), (Numbers{1, 3, 3, 1}));
    }

    void countsByHand()
    {
        const StackSizes sizes = {6, 8, 3, 3, 4};
        QCOMPARE(factorCount(Factorisation::svd, sizes, {2}), Whole(2 * 6 * 8 * 9 + 4 * 2));
        QCOMPARE(factorCount(Factorisation::tucker, sizes, {3, 4, 2, 3, 2}), Whole(3 * 4 * 2 * 3 * 2 + 6 * 3 + 8 * 4 + 3 * 2 + 3 * 3 + 4 * 2));
        QCOMPARE(factorCount(Factorisation::train, sizes, {3, 4, 5, 2}), Whole(6 * 3 + 3 * 8 * 4 + 4 * 3 * 5 + 5 * 3 * 2 + 4 * 2));
    }
};

CONCORD_TEST(TensorFactorsTest)
#include "tensor_factors_test.moc"
