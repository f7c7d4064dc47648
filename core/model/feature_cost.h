#pragma once

#include "core/graph/block.h"

namespace concord {

/// Padding at which an odd kernel with stride 1 keeps the size.
constexpr std::int64_t samePadding(std::int64_t kernel, std::int64_t dilation = 1) { return dilation * (kernel - 1) / 2; }

/// The linked input as [C, H, W] or [F], with no size below 1; throws Error.
const Shape &requireFeatures(const PortTypes &inputs, const std::string &port);
const Shape &requireVector(const PortTypes &inputs, const std::string &port);

/// Follows a feature map [C, H, W] through layers and adds up what they cost. Multiply-adds are those of convolutions, linear
/// maps and channel mixing; norms, activations, pooling and resampling are not counted. No torch here.
struct FeatureCost
{
    Shape shape;
    std::int64_t parameters = 0;
    std::int64_t macs = 0;

    /// Square kernel, same padding; a bias when not normed. Throws Error when nothing of the map would be left.
    void conv(std::int64_t channels, std::int64_t kernel, std::int64_t stride = 1, std::int64_t dilation = 1, bool normed = true);
    void pool(std::int64_t kernel, std::int64_t stride, std::int64_t padding);
    void upsample(std::int64_t factor);
    /// Adds the cost of a side branch.
    void add(const FeatureCost &other);

    Inference inference(PortType type = PortType::features) const;   ///< with the shape as "out"
};

} // namespace concord
