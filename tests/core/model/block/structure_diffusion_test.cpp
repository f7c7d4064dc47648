#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

namespace concord::test {

class StructureDiffusionTest : public QObject
{
    Q_OBJECT

    using Whole = std::int64_t;

    static constexpr Whole side = 11;

    static BuiltBlock block(int tasks, ParamMap params = {})
    {
        params.try_emplace("channels", Whole(3));
        PortTypes columns;
        for (int t = 0; t < tasks; ++t)
            columns[fmt::format("in.{}", t)] = features(4, side, side);
        return BuiltBlock("structure_diffusion", params, columns, tasks);
    }

    static at::Tensor map(std::uint64_t seed) { return randomTensor({1, 4, side, side}, seed); }

    static void set(const BuiltBlock &built, const std::string &name, const at::Tensor &value)
    {
        const at::NoGradGuard noGrad;
        built.parameter(name).copy_(value);
    }

    static at::Tensor mapped(const BuiltBlock &built, const std::string &name, const at::Tensor &x)
    {
        return at::conv2d(x, built.parameter(name + ".weight"), built.parameter(name + ".bias"));
    }

    using Edges = std::map<std::pair<Whole, Whole>, double>;   ///< weights of a pixel's neighbours

    static Edges graphlet(const at::Tensor &embedding, Whole y, Whole x, Whole step)
    {
        Edges edges;
        double sum = 0;
        for (Whole v = y - step; v <= y + step; v += step)
            for (Whole u = x - step; u <= x + step; u += step)
                if (v >= 0 && u >= 0 && v < side && u < side) {
                    const at::Tensor difference = embedding.select(1, v).select(1, u) - embedding.select(1, y).select(1, x);
                    sum += edges[{v, u}] = std::exp(-difference.square().mean().item<double>());
                }
        for (auto &[place, weight] : edges)
            weight /= sum;
        return edges;
    }

    static double cosine(const Edges &a, const Edges &b)
    {
        double ab = 0, aa = 0, bb = 0;
        for (const auto &[place, weight] : a) {
            ab += weight * b.at(place);
            aa += weight * weight;
            bb += b.at(place) * b.at(place);
        }
        return ab / std::sqrt(aa * bb);
    }

private Q_SLOTS:
    /// Pixel by pixel, edge by edge.
    void followsItsDescription()
    {
        const BuiltBlock built = block(2);
        set(built, "task0.share", at::tensor({0.8F}));
        const double share = 1 / (1 + std::exp(-0.8));
        const at::NoGradGuard noGrad;
        const std::vector<at::Tensor> inputs = {map(1), map(2)};
        const std::vector<at::Tensor> places = {mapped(built, "task0.embed", inputs[0])[0], mapped(built, "task1.embed", inputs[1])[0]};
        at::Tensor pattern = inputs[0][0];
        for (const Whole step : {1, 3}) {
            at::Tensor next = at::zeros_like(pattern);
            for (Whole y = 0; y < side; ++y)
                for (Whole x = 0; x < side; ++x) {
                    const Edges own = graphlet(places[0], y, x, step);
                    const Edges other = graphlet(places[1], y, x, step);
                    const double taken = share * cosine(own, other);
                    for (const auto &[place, weight] : own)
                        next.select(1, y).select(1, x) += pattern.select(1, place.first).select(1, place.second) * ((weight + taken * other.at(place)) / (1 + taken));
                }
            pattern = next;
        }
        const at::Tensor expected = inputs[0] + mapped(built, "task0.merge", pattern.unsqueeze(0));
        QVERIFY(relativeError(built.layer->forward(inputs)[0], expected) < 1e-5);
    }

    /// Without a share of the others' structures a task is alone.
    void noShareIsWithinTheTask()
    {
        const BuiltBlock built = block(2);
        set(built, "task0.share", at::tensor({-1e9F}));
        const BuiltBlock alone = block(1);
        for (Layer::Parameter &parameter : alone.layer->parameters())
            set(alone, parameter.name, built.parameter(parameter.name));
        const at::Tensor other = map(2).set_requires_grad(true);
        const std::vector<at::Tensor> outputs = built.layer->forward({map(1), other});
        QVERIFY(at::allclose(outputs[0], alone.run(map(1)), 1e-5, 1e-6));
        outputs[0].square().sum().backward({}, /*retain_graph=*/true);
        QCOMPARE(other.grad().abs().max().item<float>(), 0.F);
        at::Tensor own = map(1).set_requires_grad(true);
        built.layer->forward({own, other})[1].square().sum().backward();
        QVERIFY(own.grad().abs().max().item<float>() > 0);   // task 1 still takes in task 0's
    }

    /// Structure is what lies beside what, not the values: embeddings that are turned or shifted as a whole match perfectly, those of noise do not.
    void matchingLooksAtStructureAlone()
    {
        const auto match = [](const at::Tensor &turn, double shift, std::uint64_t seed) {
            const BuiltBlock built = block(2);
            set(built, "task1.embed.weight", at::einsum("ab,bchw->achw", {turn, built.parameter("task0.embed.weight").detach()}));
            set(built, "task1.embed.bias", at::full({3}, shift));
            built.layer->forward({map(1), map(seed)});
            const at::Tensor degrees = built.layer->probes().at(0).values;
            if (!at::allclose(degrees, degrees.t()))
                throw Error("the match is not mutual");
            return degrees[0][1].item<double>();
        };
        const at::Tensor turned = at::tensor({0.F, 0.6F, 0.8F, 1.F, 0.F, 0.F, 0.F, 0.8F, -0.6F}).view({3, 3});
        QVERIFY(at::allclose(at::matmul(turned, turned.t()), at::eye(3), 1e-6, 1e-6));
        QVERIFY(std::abs(match(turned, 0, 1) - 1) < 1e-5);
        QVERIFY(std::abs(match(-at::eye(3), 2.5, 1) - 1) < 1e-5);
        QVERIFY(match(at::eye(3), 0, 2) < 0.99);
        QVERIFY(match(3 * at::eye(3), 0, 1) < 0.999);
    }

    /// 3×3 graphlets of two orders: 9×9 pixels are reached, and all of them.
    void reachMultiplies()
    {
        for (const auto &[orders, reach] : {std::pair<Whole, Whole>{1, 1}, {2, 4}}) {
            const BuiltBlock built = block(1, {{"orders", orders}});
            const at::Tensor x = map(1).set_requires_grad(true);
            built.run(x).select(2, 5).select(2, 5).square().sum().backward();
            const at::Tensor seen = x.grad().abs().amax({0, 1}) > 0;
            QCOMPARE(seen.sum().item<Whole>(), (2 * reach + 1) * (2 * reach + 1));
            QVERIFY(seen.slice(0, 5 - reach, 6 + reach).slice(1, 5 - reach, 6 + reach).all().item<bool>());
        }
    }

    /// Edges of a pixel add up to one, at the border too: a map of equal pixels stays as it is.
    void equalPixelsStay()
    {
        const BuiltBlock built = block(2);
        const at::Tensor flat = randomTensor({1, 4, 1, 1}, 3).expand({1, 4, side, side}).contiguous();
        const at::Tensor expected = flat + mapped(built, "task0.merge", flat);
        QVERIFY(at::allclose(built.layer->forward({flat, map(2)})[0], expected, 1e-4, 1e-5));
    }

    void costsByArithmetic()
    {
        for (const int tasks : {1, 2, 4}) {
            const BuiltBlock built = block(tasks);
            QCOMPARE(built.inference.parameters, Whole(tasks * ((4 * 3 + 3) + (4 * 4 + 4) + (tasks - 1))));
            QCOMPARE(built.inference.macs, Whole(tasks * side * side * (4 * 3 + 4 * 4 + 2 * 9 * (3 + 4 + 2 * (tasks - 1)))));
        }
    }
};

CONCORD_TEST(StructureDiffusionTest)

} // namespace concord::test

#include "structure_diffusion_test.moc"
