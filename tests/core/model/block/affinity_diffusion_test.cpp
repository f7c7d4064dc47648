#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

class AffinityDiffusionTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    static PortTypes columns(int tasks)
    {
        PortTypes result;
        for (int t = 0; t < tasks; ++t)
            result[fmt::format("in.{}", t)] = features(4, 5, 6);
        return result;
    }

    static BuiltBlock block(int tasks, ParamMap params = {})
    {
        params.try_emplace("channels", Whole(3));
        return BuiltBlock("affinity_diffusion", params, columns(tasks), tasks);
    }

    static at::Tensor map(std::uint64_t seed) { return randomTensor({2, 4, 5, 6}, seed); }

    static void set(const BuiltBlock &built, const std::string &name, const at::Tensor &value)
    {
        const at::NoGradGuard noGrad;
        built.parameter(name).copy_(value);
    }

    /// Task `task` reads the affinity of `from` alone.
    static void readOnly(const BuiltBlock &built, int task, int from)
    {
        at::Tensor mixture = at::full({2}, -1e9);
        mixture[from] = 0;
        set(built, fmt::format("task{}.mixture", task), mixture);
    }

    /// [N, P, P], by loops over pixels.
    static at::Tensor affinity(const BuiltBlock &built, int task, const at::Tensor &x)
    {
        const at::Tensor w = built.parameter(fmt::format("task{}.compare.weight", task)).detach().flatten(1);
        const at::Tensor b = built.parameter(fmt::format("task{}.compare.bias", task)).detach();
        const at::Tensor y = at::einsum("oc,nchw->nohw", {w, x}) + b.view({-1, 1, 1});
        at::Tensor result = at::zeros({2, 30, 30});
        for (int n = 0; n < 2; ++n)
            for (int p = 0; p < 30; ++p) {
                double sum = 0;
                for (int q = 0; q < 30; ++q) {
                    const double product = (y[n].select(1, p / 6).select(1, p % 6) * y[n].select(1, q / 6).select(1, q % 6)).sum().item<double>();
                    result[n][p][q] = std::exp(product / std::sqrt(3.0));
                    sum += result[n][p][q].item<double>();
                }
                result[n][p] /= sum;
            }
        return result;
    }

private Q_SLOTS:
    /// Whatever the affinities are, what is the same at all pixels stays so: rows of each mixture add up to one.
    void rowsAddUpToOne()
    {
        const BuiltBlock built = block(2, {{"beta", 1.0}, {"steps", Whole(5)}});
        readOnly(built, 0, 1);
        const at::Tensor flat = randomTensor({2, 4, 1, 1}, 3).expand({2, 4, 5, 6}).contiguous();
        for (const double logit : {-1e9, 0.7}) {
            set(built, "task0.mixture", at::tensor({float(logit), 0.F}));
            QVERIFY(at::allclose(built.layer->forward({flat, 5 * map(1)})[0], flat, 1e-4, 1e-5));
        }
    }

    void noShareIsTheIdentity()
    {
        for (const Whole size : {16, 3}) {
            const BuiltBlock built = block(2, {{"beta", 0.0}, {"size", size}});
            const std::vector<at::Tensor> outputs = built.layer->forward({map(1), map(2)});
            QVERIFY(at::allclose(outputs[0], map(1), 1e-6, 1e-6) && at::allclose(outputs[1], map(2), 1e-6, 1e-6));
        }
    }

    /// Equal affinities, many steps: every pixel ends at the mean.
    void uniformAffinityEndsAtTheMean()
    {
        const BuiltBlock built = block(2, {{"beta", 0.5}, {"steps", Whole(40)}});
        for (const char *task : {"task0", "task1"}) {
            set(built, std::string(task) + ".compare.weight", at::zeros({3, 4, 1, 1}));
            set(built, std::string(task) + ".compare.bias", at::zeros({3}));
        }
        const at::Tensor mean = map(1).mean({2, 3}, true).expand({2, 4, 5, 6});
        QVERIFY(at::allclose(built.layer->forward({map(1), map(2)})[0], mean, 1e-4, 1e-5));
    }

    void followsTheFormula()
    {
        const BuiltBlock built = block(2, {{"beta", 0.3}, {"steps", Whole(2)}});
        set(built, "task1.mixture", at::tensor({std::log(3.F), 0.F}));
        const at::NoGradGuard noGrad;
        const at::Tensor mixed = 0.75 * affinity(built, 0, map(1)) + 0.25 * affinity(built, 1, map(2));
        at::Tensor pixels = map(2).flatten(2).transpose(1, 2);
        for (int step = 0; step < 2; ++step)
            pixels = 0.3 * at::matmul(mixed, pixels) + 0.7 * pixels;
        const at::Tensor expected = pixels.transpose(1, 2).reshape({2, 4, 5, 6});
        QVERIFY(relativeError(built.layer->forward({map(1), map(2)})[1], expected) < 1e-5);
    }

    /// With its whole weight on one affinity a task depends on that task's features and its own, and on no other's comparison.
    void mixtureChoosesWhoseAffinity()
    {
        const BuiltBlock built = block(2);
        for (const int from : {0, 1}) {
            readOnly(built, 0, from);
            const at::Tensor own = map(1).set_requires_grad(true);
            const at::Tensor other = map(2).set_requires_grad(true);
            for (Layer::Parameter &parameter : built.layer->parameters())
                parameter.value.mutable_grad() = at::Tensor();
            built.layer->forward({own, other})[0].square().sum().backward();
            QCOMPARE(other.grad().abs().max().item<float>() > 0, from == 1);
            QCOMPARE(built.parameter("task0.compare.weight").grad().abs().max().item<float>() > 0, from == 0);
            QVERIFY(own.grad().abs().max().item<float>() > 0);
        }
    }

    /// On one pixel there is nothing to spread; on 3×3 the change is what bilinear interpolation makes of 3×3 values.
    void largeMapsAreSpreadSmall()
    {
        QVERIFY(at::allclose(block(1, {{"size", Whole(1)}, {"beta", 1.0}}).run(map(1)), map(1), 1e-5, 1e-6));
        const BuiltBlock small = block(1, {{"size", Whole(3)}, {"beta", 1.0}, {"steps", Whole(1)}});
        const at::Tensor x = map(1);
        const at::Tensor low = at::adaptive_avg_pool2d(x, {3, 3});
        const BuiltBlock whole("affinity_diffusion", {{"channels", Whole(3)}, {"beta", 1.0}, {"steps", Whole(1)}}, {{"in.0", features(4, 3, 3)}});
        for (const char *name : {"task0.compare.weight", "task0.compare.bias"})
            set(whole, name, small.parameter(name));
        const std::array<Whole, 2> size = {5, 6};
        const at::Tensor change = at::upsample_bilinear2d(whole.run(low) - low, size, false);
        QVERIFY(change.abs().max().item<float>() > 0.1);
        QVERIFY(at::allclose(small.run(x), x + change, 1e-4, 1e-5));
    }

    void costsByArithmetic()
    {
        for (const int tasks : {1, 2, 4}) {
            const BuiltBlock built = block(tasks, {{"steps", Whole(2)}});
            QCOMPARE(built.inference.parameters, Whole(tasks * (4 * 3 + 3 + tasks)));
            QCOMPARE(built.inference.macs, Whole(tasks * (4 * 3 * 30 + 30 * 30 * (3 + tasks + 2 * 4))));
        }
    }

    void showsTheMixture()
    {
        const BuiltBlock built = block(2);
        readOnly(built, 1, 0);
        const std::vector<Layer::Probe> probes = built.layer->probes();
        QCOMPARE(probes.size(), std::size_t(1));
        QVERIFY(at::equal(probes[0].values, at::tensor({0.5F, 0.5F, 1.F, 0.F}).view({2, 2})));
    }
};

CONCORD_TEST(AffinityDiffusionTest)

} // namespace concord::test

#include "affinity_diffusion_test.moc"
