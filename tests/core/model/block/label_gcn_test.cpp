#include "core/base/random.h"
#include "core/model/label_graph.h"
#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;
using Wholes = std::vector<std::int64_t>;

/// Three labels: 0 occurs 10 times, 5 of them with 1 and 2 of them with 2; and so on.
const Wholes labelCounts = {10, 5, 2, 5, 6, 0, 2, 0, 2};

concord::test::BuiltBlock labelGcn(const Wholes &counts, double p)
{
    return {"label_gcn", {{"classes", Whole(3)}, {"embedding", Whole(4)}, {"hidden", Whole(6)}, {"counts", counts}, {"p", p}}, {{"in", concord::test::vector(5)}}};
}

} // namespace

class LabelGcnTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Eq. 7 with τ = 0.4: P(1|0) = 0.5 links, P(2|0) = 0.2 does not; P(0|1) = 5/6; P(0|2) = 1. Eq. 8 with p = 0.2.
    void reweightsAsInThePaper()
    {
        const std::vector<double> rows = labelCorrelation(labelCounts, 3, {.tau = 0.4, .p = 0.2});
        QCOMPARE(rows, (std::vector<double>{0.8, 0.2, 0, 0.2, 0.8, 0, 0.2, 0, 0.8}));
        const std::vector<double> all = labelCorrelation(labelCounts, 3, {.tau = 0.2, .p = 0.3});
        QCOMPARE(all, (std::vector<double>{0.7, 0.15, 0.15, 0.3, 0.7, 0, 0.3, 0, 0.7}));
    }

    void rowsSumToOne()
    {
        Random random(3);
        for (int trial = 0; trial < 200; ++trial) {
            const auto labels = Whole(1 + random.below(6));
            Wholes counts(std::size_t(labels * labels));
            for (Whole &count : counts)
                count = Whole(random.below(20));
            const std::vector<double> rows = labelCorrelation(counts, labels, {.tau = random.uniform(), .p = random.uniform()});
            for (Whole i = 0; i < labels; ++i) {
                double sum = 0;
                for (Whole j = 0; j < labels; ++j)
                    sum += rows[std::size_t(i * labels + j)];
                QVERIFY(std::abs(sum - 1) < 1e-12);
            }
        }
    }

    /// Without correlations a label's score follows from its own embedding alone: (leaky(e W₁) W₂) · x.
    void identityGivesIndependentClassifiers()
    {
        const concord::test::BuiltBlock built = labelGcn(labelCounts, 0);
        const at::Tensor x = concord::test::randomTensor({2, 5}, 1);
        const at::Tensor scores = built.run(x);
        for (Whole label = 0; label < 3; ++label) {
            const at::Tensor hidden = built.parameter("embeddings")[label].matmul(built.parameter("gc1.weight"));
            const at::Tensor classifier = at::where(hidden > 0, hidden, hidden * 0.2).matmul(built.parameter("gc2.weight"));
            QVERIFY(at::allclose(scores.select(1, label), x.matmul(classifier), 1e-4, 1e-6));
            const at::Tensor gradient = torch::autograd::grad({scores.select(1, label).sum()}, {built.parameter("embeddings")}, {}, true)[0];
            for (Whole other = 0; other < 3; ++other)
                QCOMPARE(gradient[other].abs().max().item<float>() > 0, other == label);
        }
    }

    /// Two convolutions reach labels at distance two: 2 is linked to 0, and 0 to 1, but 1 knows nothing of 2.
    void knowledgeFlowsAlongLinks()
    {
        const concord::test::BuiltBlock built = labelGcn(labelCounts, 0.2);
        const at::Tensor scores = built.run(concord::test::randomTensor({2, 5}, 1));
        const auto reaches = [&](Whole from, Whole to) {
            const at::Tensor gradient = torch::autograd::grad({scores.select(1, to).sum()}, {built.parameter("embeddings")}, {}, true)[0];
            return gradient[from].abs().max().item<float>() > 0;
        };
        QVERIFY(reaches(1, 0) && reaches(0, 2) && reaches(1, 2));
        QVERIFY(!reaches(2, 0) && !reaches(2, 1));
    }

    void orderOfLabelsDoesNotMatter()
    {
        const Wholes order = {2, 0, 1};
        Wholes counts(9);
        for (std::size_t i = 0; i < 3; ++i)
            for (std::size_t j = 0; j < 3; ++j)
                counts[i * 3 + j] = labelCounts[std::size_t(order[i] * 3 + order[j])];
        const concord::test::BuiltBlock plain = labelGcn(labelCounts, 0.2);
        const concord::test::BuiltBlock turned = labelGcn(counts, 0.2);
        const at::NoGradGuard noGrad;
        const at::Tensor index = at::tensor(order, at::kLong);
        turned.parameter("embeddings").copy_(plain.parameter("embeddings").index_select(0, index));
        const at::Tensor x = concord::test::randomTensor({4, 5}, 1);
        QVERIFY(at::allclose(turned.run(x), plain.run(x).index_select(1, index), 1e-4, 1e-6));
    }

    void withoutCountsAllAreLinkedAlike()
    {
        const concord::test::BuiltBlock built = labelGcn({}, 0.2);
        const at::Tensor adjacency = built.layer->buffers().front().value;
        QVERIFY(at::allclose(adjacency, at::full({3, 3}, 0.1F) + 0.7F * at::eye(3)));
    }

    void refusesCountsOfOtherLabels()
    {
        QCOMPARE(concord::test::errorOf([] { labelGcn({1, 2}, 0.2); }), std::string("counts: expected 9 numbers, 3 for each of 3 labels, or none, found 2"));
    }
};

CONCORD_TEST(LabelGcnTest)
#include "label_gcn_test.moc"
