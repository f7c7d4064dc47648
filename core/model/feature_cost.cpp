#include "core/model/feature_cost.h"

#include "core/base/text.h"

#include <algorithm>

namespace concord {

namespace {

const Shape &requirePositive(const Shape &shape, const std::string &port)
{
    if (std::ranges::any_of(shape, [](std::int64_t size) { return size < 1; }))
        throw Error("input '{}' expected sizes of at least 1, found {}", port, shapeText(shape));
    return shape;
}

/// One side of the map behind a window of `span` pixels.
std::int64_t slide(const Shape &shape, std::size_t axis, std::int64_t span, std::int64_t stride, std::int64_t padding)
{
    const std::int64_t room = shape[axis] + 2 * padding - span;
    if (room < 0)
        throw Error("expected a map of at least {0}×{0} for this kernel, found {1}×{2}", span - 2 * padding, shape[1], shape[2]);
    return room / stride + 1;
}

} // namespace

const Shape &requireFeatures(const PortTypes &inputs, const std::string &port)
{
    return requirePositive(requireShape(inputs, port, 3), port);
}

const Shape &requireVector(const PortTypes &inputs, const std::string &port)
{
    return requirePositive(requireShape(inputs, port, 1), port);
}

void FeatureCost::conv(std::int64_t channels, std::int64_t kernel, std::int64_t stride, std::int64_t dilation, bool normed)
{
    const std::int64_t weights = channels * shape[0] * kernel * kernel;
    const std::int64_t span = dilation * (kernel - 1) + 1;
    const std::int64_t padding = samePadding(kernel, dilation);
    shape = {channels, slide(shape, 1, span, stride, padding), slide(shape, 2, span, stride, padding)};
    parameters += weights + (normed ? 2 : 1) * channels;
    macs += weights * shape[1] * shape[2];
}

void FeatureCost::pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding)
{
    shape = {shape[0], slide(shape, 1, kernel, stride, padding), slide(shape, 2, kernel, stride, padding)};
}

void FeatureCost::upsample(std::int64_t factor)
{
    shape = {shape[0], shape[1] * factor, shape[2] * factor};
}

void FeatureCost::add(const FeatureCost &other)
{
    parameters += other.parameters;
    macs += other.macs;
}

Inference FeatureCost::inference(PortType type) const
{
    return {.outputs = {{"out", TensorType{.type = type, .shape = shape}}}, .parameters = parameters, .macs = macs};
}

} // namespace concord
