// A stage of deep virtual networks (DVN; Kim et al., CVPR 2019): its channels are divided into units, each task puts the units into an order of its own,
// and level n of a task is the sub-network of its first n units, so that every level holds the ones below it and all tasks and levels share one set of
// kernels. Columns are the levels of the first task, then those of the second, and so on; a column of level n has n units' channels. It runs once per
// column. The order goes round from the task's own unit on; where tasks are more than units, the further ones go round backwards. Each column has its own
// batch normalisation, as sub-networks of several widths need it (Yu et al., ICLR 2019).
#include "core/base/text.h"
#include "core/model/conditioned_layer.h"
#include "core/model/feature_cost.h"
#include "core/model/unit_order.h"

namespace concord {

namespace {

/// The kernels of one convolution or linear map, of which a column uses the parts that join its units.
class UnitMap : public LayerUnit
{
public:
    UnitMap(Layer &owner, const ConvOptions &conv, std::int64_t units, bool isDivided, bool isMap)
        : LayerUnit(owner, conv.name)
        , conv_(conv)
        , units_(units)
        , isDivided_(isDivided)
    {
        const std::vector<std::int64_t> sizes = {conv.out, conv.in, conv.kernel, conv.kernel};
        const Init init = Init::he(conv.in * conv.kernel * conv.kernel, conv.activation == Activation::relu);
        weight_ = addParameter("weight", at::IntArrayRef(sizes.data(), isMap ? 4 : 2), init);
    }

    at::Tensor operator()(const at::Tensor &x, const std::vector<std::int64_t> &used) const
    {
        at::Tensor weight = part(*weight_, 0, used);
        if (isDivided_)
            weight = part(weight, 1, used);
        return convolve(x, weight, {}, conv_.stride, conv_.dilation);
    }

private:
    /// Units that follow each other are taken at once: orders that go round need two slices at most.
    at::Tensor part(const at::Tensor &weight, std::int64_t axis, const std::vector<std::int64_t> &used) const
    {
        const std::int64_t size = weight.size(axis) / units_;
        std::vector<at::Tensor> parts;
        for (std::size_t i = 0; i < used.size();) {
            std::int64_t count = 1;
            while (i + std::size_t(count) < used.size() && used[i + std::size_t(count)] == used[i] + count)
                ++count;
            if (count == units_)
                return weight;
            parts.push_back(weight.narrow(axis, used[i] * size, count * size));
            i += std::size_t(count);
        }
        return parts.size() == 1 ? parts[0] : at::cat(parts, axis);
    }

    ConvOptions conv_;
    std::int64_t units_;
    bool isDivided_;
    at::Tensor *weight_;
};

class VirtualLayer : public ConditionedLayer
{
public:
    /// `columns`: the units that each uses, in its task's order.
    VirtualLayer(const std::vector<StageUnit> &stage, std::int64_t units, const std::vector<std::vector<std::int64_t>> &columns, bool isDivided, bool areMaps)
    {
        const std::string *first = &stage.front().convs.front().name;
        const std::string *shortcut = stage.front().shortcut ? &stage.front().shortcut->name : nullptr;
        addUnits(stage, [&](const ConvOptions &conv) {
            const bool readsInput = conv.name == *first || (shortcut && conv.name == *shortcut);
            return std::make_unique<Nested>(*this, conv, units, columns, isDivided || !readsInput, areMaps);
        });
    }

private:
    struct Nested : TaskMap
    {
        Nested(Layer &owner, const ConvOptions &conv, std::int64_t units, const std::vector<std::vector<std::int64_t>> &used, bool isDivided, bool isMap)
            : map(owner, conv, units, isDivided, isMap)
            , columns(used)
        {
            for (std::size_t c = 0; c < columns.size(); ++c)
                norms.emplace_back(owner, fmt::format("{}.column{}", conv.normName, c), conv.out / units * std::int64_t(columns[c].size()), std::vector<int>{int(c)});
        }

        at::Tensor operator()(const at::Tensor &x, std::size_t column) const override { return norms[column](map(x, columns[column])); }

        UnitMap map;
        std::vector<std::vector<std::int64_t>> columns;
        std::vector<NormUnit> norms;
    };
};

class VirtualStage : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of all units together", .min = 1, .max = 8192});
        visitor("blocks", blocks_, {.help = "Number of blocks, or of linear layers", .min = 1, .max = 64});
        visitor("stride", stride_, {.help = "Stride of the first block", .min = 1, .max = 16});
        visitor("kind", kind_, {.help = "Blocks for maps: basic (two 3×3 kernels with a shortcut), or plain (one 3×3 kernel)", .choices = {"basic", "plain"}});
        visitor("units", units_, {.help = "Into how many units the channels are divided", .min = 1, .max = 64});
        visitor("levels", levels_, {.help = "The levels of each task, each so many units; every task has a column for each", .min = 1, .max = 64});
        visitor("divided", divided_, {.help = "Whether the input is of units too; not so for images, which every level reads as a whole"});
        visitor("type", type_, {.help = "What is transformed: feature maps or vectors", .choices = {"features", "vector"}, .advanced = true});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = portType(type_), .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = portType(type_), .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        check(repeats);
        const Shape whole = wholeInput(inputs, repeats);
        const std::vector<StageUnit> stage = units(whole[0]);
        Inference result;
        result.forwards = repeats;
        for (const StageUnit &unit : stage) {
            for (const ConvOptions &conv : unit.convs)
                result.parameters += conv.in * conv.out * conv.kernel * conv.kernel;
            if (unit.shortcut)
                result.parameters += unit.shortcut->in * unit.shortcut->out;
        }
        for (int c = 0; c < repeats; ++c) {
            const std::int64_t level = levelOf(c);
            FeatureCost cost{{divided_ ? whole[0] / units_ * level : whole[0], whole.size() == 3 ? whole[1] : 1, whole.size() == 3 ? whole[2] : 1}};
            std::int64_t normed = 0;
            const auto follow = [&](FeatureCost &from, const ConvOptions &conv) {
                const std::int64_t out = conv.out / units_ * level;
                from.conv(out, conv.kernel, conv.stride, conv.dilation);
                normed += 2 * out;
            };
            for (const StageUnit &unit : stage) {
                if (FeatureCost shortcut{cost.shape}; unit.shortcut) {
                    follow(shortcut, *unit.shortcut);
                    cost.add(shortcut);
                }
                for (const ConvOptions &conv : unit.convs)
                    follow(cost, conv);
            }
            result.parameters += normed;
            result.macs += cost.macs;
            result.outputs[fmt::format("out.{}", c)] = {.type = portType(type_), .shape = areMaps() ? cost.shape : Shape{cost.shape[0]}};
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const auto repeats = int(spec.outputs.size());
        std::vector<std::vector<std::int64_t>> columns;
        for (int c = 0; c < repeats; ++c) {
            columns.push_back(unitOrder(units_, c / std::int64_t(levels_.size())));
            columns.back().resize(std::size_t(levelOf(c)));
        }
        return std::make_shared<VirtualLayer>(units(wholeInput(spec.inputs, repeats)[0]), units_, columns, divided_, areMaps());
    }

    std::string summary() const override { return fmt::format("{} units of {} channels, levels {}", units_, channels_ / units_, paramText(levels_)); }

private:
    bool areMaps() const { return type_ != "vector"; }
    std::int64_t levelOf(int column) const { return levels_[std::size_t(column) % levels_.size()]; }

    void check(int repeats) const
    {
        if (levels_.empty())
            throw Error("levels: expected at least one, found none");
        for (const std::int64_t level : levels_)
            if (level > units_)
                throw Error("levels: expected at most {} units, found {}", units_, level);
        if (channels_ % units_ != 0)
            throw Error("channels: expected a multiple of the {} units, found {}", units_, channels_);
        if (repeats < 1 || std::size_t(repeats) % levels_.size() != 0)
            throw Error("input 'in' expected {} links for each task, one per level, found {} in all", levels_.size(), repeats);
    }

    /// The shape of an input of all units.
    Shape wholeInput(const PortTypes &inputs, int repeats) const
    {
        const auto in = [&](int c) -> const Shape & {
            const std::string port = fmt::format("in.{}", c);
            return areMaps() ? requireFeatures(inputs, port) : requireVector(inputs, port);
        };
        Shape whole = in(0);
        if (divided_) {
            if (whole[0] % levelOf(0) != 0)
                throw Error("input 'in.0' expected the channels of {} units, found {}", levelOf(0), whole[0]);
            whole[0] = whole[0] / levelOf(0) * units_;
        }
        for (int c = 0; c < repeats; ++c) {
            Shape expected = whole;
            if (divided_)
                expected[0] = whole[0] / units_ * levelOf(c);
            if (in(c) != expected)
                throw Error("input 'in.{}' expected {} for level {}, found {}", c, shapeText(expected), levelOf(c), shapeText(in(c)));
        }
        return whole;
    }

    /// What every level reads as a whole does not fit onto a part of the output without a projection.
    std::vector<StageUnit> units(std::int64_t in) const
    {
        std::vector<StageUnit> result = StageUnit::list(kind_, {.in = in, .out = channels_, .stride = stride_}, blocks_, areMaps());
        if (StageUnit &first = result.front(); first.isResidual && !first.shortcut && !divided_)
            first.shortcut = ConvOptions{.name = "0.downsample.0", .normName = "0.downsample.1", .in = in, .out = channels_, .activation = Activation::none};
        return result;
    }

    std::int64_t channels_ = 64;
    std::int64_t blocks_ = 2;
    std::int64_t stride_ = 1;
    std::string kind_ = "basic";
    std::int64_t units_ = 4;
    std::vector<std::int64_t> levels_ = {4};
    bool divided_ = true;
    std::string type_ = "features";
};

const Register<Block, VirtualStage> registeredVirtualStage{Card{.id = "virtual_stage",
                                                                .title = "Virtual stage",
                                                                .category = "Conditioning",
                                                                .summary = "One stage of units, of which each task uses its own first few at each of its levels.",
                                                                .paper = "Kim et al., CVPR 2019"}};

} // namespace

} // namespace concord
