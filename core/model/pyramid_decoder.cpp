#include "core/model/pyramid_decoder.h"

#include "core/base/text.h"

namespace concord {

void PyramidDecoder::sizeParams(ParamVisitor &visitor, const std::string &channelsHelp)
{
    visitor("channels", channels_, {.help = channelsHelp, .min = 1, .max = 8192});
    visitor("upsample", upsample_, {.help = "How many times larger the output is than the largest level (bilinear)", .min = 1, .max = 64});
}

std::vector<Port> PyramidDecoder::inputs() const
{
    return {Port{.id = "in", .type = PortType::features, .repeats = true, .label = "levels, the largest first"}};
}

std::vector<Port> PyramidDecoder::outputs() const
{
    return {Port{.id = "out", .type = PortType::features}};
}

Inference PyramidDecoder::infer(const PortTypes &inputs, int repeats) const
{
    if (repeats < 1)
        throw Error("input 'in' expected at least one link, found none");
    FeatureCost total{requireFeatures(inputs, "in.0")};
    for (int i = 0; i < repeats; ++i) {
        const std::string port = fmt::format("in.{}", i);
        FeatureCost level{requireFeatures(inputs, port)};
        if (i > 0) {
            const Shape &before = inputs.at(fmt::format("in.{}", i - 1)).shape;
            if (level.shape[1] > before[1] || level.shape[2] > before[2])
                throw Error("input '{}' expected a map no larger than 'in.{}' ({}), found {}", port, i - 1, shapeText(before), shapeText(level.shape));
        }
        addLevel(level);
        total.add(level);
    }
    total.shape[0] = channels_;
    total.upsample(upsample_);
    return total.inference();
}

std::shared_ptr<Layer> PyramidDecoder::build(const BuildSpec &spec) const
{
    std::vector<std::int64_t> in;
    for (std::size_t i = 0; i < spec.inputs.size(); ++i)
        in.push_back(spec.inputs.at(fmt::format("in.{}", i)).shape[0]);
    return makeLayer(in);
}

std::string PyramidDecoder::summary() const
{
    return fmt::format("{} channels, bilinear ×{}", channels_, upsample_);
}

} // namespace concord
