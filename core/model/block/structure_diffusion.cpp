// Pattern-structure diffusion (Zhou et al., CVPR 2020). The structure at a pixel is a graphlet: weights of the edges from it to its neighbours, here a
// softmax over minus the mean squared difference of the pixels' embeddings. Within a task, features are summed along the edges order by order, with
// neighbours `kernel` times as far away in each further order, so that the reach multiplies. Between tasks, the counterpart graphlets of the other tasks at the
// same pixel are added to a task's own, weighted by how well they match it (the cosine of both) and by a learnt share. The result is mapped by a 1×1
// convolution and added to the features. An analogue: it follows the paper's description; its layers were not at hand to be compared.
#include "core/model/columns.h"
#include "core/model/conv_unit.h"

#include <algorithm>
#include <limits>

namespace concord {

namespace {

struct GraphletPlan
{
    std::int64_t channels = 16; ///< of the embeddings
    std::int64_t kernel = 3;
    std::int64_t orders = 2;

    /// Orders whose neighbours can lie in the map, and the first in any case: the others would change nothing.
    std::int64_t ordersWithin(std::int64_t height, std::int64_t width) const
    {
        std::int64_t count = 1;
        for (std::int64_t step = kernel; count < orders && step < std::max(height, width); step *= kernel)
            ++count;
        return count;
    }
};

class StructureDiffusionLayer : public Layer
{
public:
    StructureDiffusionLayer(std::size_t tasks, std::int64_t in, const GraphletPlan &plan)
        : plan_(plan)
    {
        for (std::size_t t = 0; t < tasks; ++t) {
            const auto conv = [&](const char *part, std::int64_t out, std::vector<int> outputs) {
                return ConvUnit(*this, {.name = fmt::format("task{}.{}", t, part),
                                        .normName = "",
                                        .in = in,
                                        .out = out,
                                        .activation = Activation::none,
                                        .outputs = std::move(outputs)});
            };
            embed_.push_back(conv("embed", plan.channels, {}));
            merge_.push_back(conv("merge", in, {int(t)}));
            if (tasks > 1)
                shares_.push_back(&addParameter(fmt::format("task{}.share", t), {std::int64_t(tasks) - 1}, Init::zeros(), {int(t)}));
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> embedded;
        for (std::size_t t = 0; t < inputs.size(); ++t)
            embedded.push_back(embed_[t](inputs[t]));
        const at::Tensor places = at::stack(embedded, 1); // [N, T, channels, H, W]
        at::Tensor patterns = at::stack(inputs, 1);
        matching_ = at::Tensor();
        std::int64_t step = 1;
        const std::int64_t orders = plan_.ordersWithin(inputs[0].size(2), inputs[0].size(3));
        for (std::int64_t order = 0; order < orders; ++order, step *= plan_.kernel)
            patterns = spread(patterns, transferred(graphlets(places, step)), step);
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < inputs.size(); ++t)
            result.push_back(inputs[t] + merge_[t](patterns.select(1, std::int64_t(t))));
        return result;
    }

    /// How well the tasks' graphlets of the first order match, on average over the last batch.
    std::vector<Probe> probes() const override
    {
        if (!matching_.defined())
            return {};
        Probe probe{.name = "structure match", .rows = {}, .columns = {}, .values = matching_.to(at::kFloat).mean({0, 3, 4})};
        for (std::size_t t = 0; t < embed_.size(); ++t) {
            probe.rows.push_back(fmt::format("task {}", t));
            probe.columns.push_back(fmt::format("from task {}", t));
        }
        return {probe};
    }

private:
    /// Each neighbour's value at the place of its centre, zero outside of the map; slices from the end keep the sizes of a trace free.
    std::vector<at::Tensor> neighbours(const at::Tensor &x, std::int64_t step) const
    {
        const std::int64_t border = step * (plan_.kernel / 2);
        const at::Tensor padded = at::constant_pad_nd(x, {border, border, border, border});
        const auto end = [border](std::int64_t from) { return from == 2 * border ? std::numeric_limits<std::int64_t>::max() : from - 2 * border; };
        std::vector<at::Tensor> result;
        for (std::int64_t dy = 0; dy <= 2 * border; dy += step) {
            const at::Tensor rows = padded.slice(-2, dy, end(dy));
            for (std::int64_t dx = 0; dx <= 2 * border; dx += step)
                result.push_back(rows.slice(-1, dx, end(dx)));
        }
        return result;
    }

    /// Edge weights [N, T, kernel², H, W]; those of a pixel add up to one, and none leads out of the map.
    at::Tensor graphlets(const at::Tensor &places, std::int64_t step) const
    {
        const std::vector<at::Tensor> around = neighbours(places, step);
        const std::vector<at::Tensor> inside = neighbours(at::ones_like(places.detach().select(2, 0)), step);
        std::vector<at::Tensor> edges;
        for (std::size_t n = 0; n < around.size(); ++n)
            edges.push_back((-(around[n] - places).square().mean(2)).masked_fill(inside[n] == 0, -std::numeric_limits<double>::infinity()));
        return at::softmax(at::stack(edges, 2), 2);
    }

    /// Own and counterpart graphlets; the weights of a pixel's edges still add up to one.
    at::Tensor transferred(const at::Tensor &edges)
    {
        if (shares_.empty())
            return edges;
        const at::Tensor unit = edges / edges.square().sum(2, /*keepdim=*/true).sqrt();
        const at::Tensor degree = (unit.unsqueeze(2) * unit.unsqueeze(1)).sum(3); // [N, T, T, H, W]
        if (!matching_.defined())
            matching_ = degree.detach();
        std::vector<at::Tensor> rows;
        for (std::size_t t = 0; t < shares_.size(); ++t) {
            const at::Tensor share = at::sigmoid(*shares_[t]);
            rows.push_back(at::cat({share.slice(0, 0, std::int64_t(t)), at::ones_like(share.slice(0, 0, 1)), share.slice(0, std::int64_t(t))}));
        }
        const at::Tensor weight = at::stack(rows).unsqueeze(-1).unsqueeze(-1) * degree;
        return ((weight / weight.sum(2, /*keepdim=*/true)).unsqueeze(3) * edges.unsqueeze(1)).sum(2);
    }

    at::Tensor spread(const at::Tensor &patterns, const at::Tensor &edges, std::int64_t step) const
    {
        const std::vector<at::Tensor> around = neighbours(patterns, step);
        at::Tensor sum;
        for (std::size_t n = 0; n < around.size(); ++n) {
            const at::Tensor part = around[n] * edges.select(2, std::int64_t(n)).unsqueeze(2);
            sum = sum.defined() ? sum + part : part;
        }
        return sum;
    }

    GraphletPlan plan_;
    std::vector<ConvUnit> embed_;
    std::vector<ConvUnit> merge_;
    std::vector<at::Tensor *> shares_; ///< of the other tasks in their order, before the sigmoid
    at::Tensor matching_;
};

class StructureDiffusion : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", plan_.channels, {.help = "Channels of the embedding in which neighbours are compared", .min = 1, .max = 1024});
        visitor("kernel", plan_.kernel, {.help = "Side of the square of pixels that make a graphlet, an odd number", .unit = "px", .min = 3, .max = 15});
        visitor("orders", plan_.orders,
                {.help = "How often features are summed along the edges, each time with neighbours further away by the factor kernel", .min = 1, .max = 5});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::features, .repeats = true, .label = "features of each task"}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (plan_.kernel % 2 == 0)
            throw Error("kernel: expected an odd number, found {}", plan_.kernel);
        const Shape &shape = requireColumns(inputs, repeats, "features");
        FeatureCost embed{shape};
        embed.conv(plan_.channels, 1, 1, 1, /*normed=*/false);
        FeatureCost merge{shape};
        merge.conv(shape[0], 1, 1, 1, false);
        // Comparing and summing within a task; matching and adding with each other task.
        const std::int64_t edges = plan_.ordersWithin(shape[1], shape[2]) * plan_.kernel * plan_.kernel * shape[1] * shape[2];
        return {.outputs = columnOutputs(shape, repeats, "features"),
                .parameters = repeats * (embed.parameters + merge.parameters + repeats - 1),
                .macs = repeats * (embed.macs + merge.macs + edges * (plan_.channels + shape[0] + 2 * (repeats - 1)))};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<StructureDiffusionLayer>(spec.outputs.size(), spec.inputs.at("in.0").shape[0], plan_);
    }

    std::string summary() const override { return fmt::format("{}×{} graphlets, {} orders", plan_.kernel, plan_.kernel, plan_.orders); }

private:
    GraphletPlan plan_;
};

const Register<Block, StructureDiffusion> registeredStructureDiffusion{
    Card{.id = "structure_diffusion",
         .title = "Structure diffusion",
         .category = "Distillation",
         .summary = "Spreads each task's features along local structures that it finds itself or that match another task's.",
         .paper = "Zhou et al., CVPR 2020",
         .claims = {},
         .fidelity = "analogue"}};

} // namespace

} // namespace concord
