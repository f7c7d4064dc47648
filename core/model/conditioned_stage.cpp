#include "core/model/conditioned_stage.h"

#include "core/model/columns.h"

namespace concord {

void ConditionedStage::sizeParams(ParamVisitor &visitor)
{
    visitor("channels", channels_, {.help = "Channels of each output, or its width", .min = 1, .max = 8192});
    visitor("blocks", blocks_, {.help = "Number of blocks, or of linear layers", .min = 1, .max = 64});
    visitor("stride", stride_, {.help = "Stride of the first block", .min = 1, .max = 16});
}

void ConditionedStage::kindParam(ParamVisitor &visitor, const std::vector<std::string> &choices)
{
    visitor("kind", kind_,
            {.help = "Blocks for maps: basic (two 3×3 kernels), bottleneck (1×1, 3×3, 1×1), plain (one 3×3 kernel without a shortcut)", .choices = choices});
}

void ConditionedStage::typeParam(ParamVisitor &visitor)
{
    visitor("type", type_, {.help = "What is transformed: feature maps or vectors", .choices = {"features", "vector"}, .advanced = true});
}

std::vector<StageUnit> ConditionedStage::units(const Shape &in) const
{
    return StageUnit::list(kind_, {.in = in[0], .out = channels_, .stride = stride_}, blocks_, areMaps());
}

Inference ConditionedStage::infer(const PortTypes &inputs, int repeats) const
{
    const Shape &in = requireColumns(inputs, repeats, type_);
    check(repeats);
    Inference result;
    result.forwards = repeats;
    const auto add = [&result](const Cost &cost) {
        result.parameters += cost.parameters;
        result.macs += cost.macs;
    };
    // A vector is a map of one pixel.
    FeatureCost cost{areMaps() ? in : Shape{in[0], 1, 1}};
    for (const StageUnit &unit : units(in)) {
        const auto follow = [&](FeatureCost &from, const ConvOptions &conv) {
            from.conv(conv.out, conv.kernel, conv.stride, conv.dilation);
            add(mapCost(conv, from.shape[1] * from.shape[2], repeats));
        };
        if (FeatureCost shortcut{cost.shape}; unit.shortcut)
            follow(shortcut, *unit.shortcut);
        for (const ConvOptions &conv : unit.convs)
            follow(cost, conv);
        add(unitCost(cost.shape[0], repeats));
    }
    result.outputs = columnOutputs(areMaps() ? cost.shape : Shape{cost.shape[0]}, repeats, type_);
    return result;
}

std::string ConditionedStage::summary() const
{
    return fmt::format("{} {}, {} channels", blocks_, areMaps() ? kind_ + " blocks" : "layers", channels_);
}

} // namespace concord
