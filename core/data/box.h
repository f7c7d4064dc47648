#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace concord {

/// Sides as shares of the image.
struct Box
{
    float left = 0;
    float top = 0;
    float right = 0;
    float bottom = 0;

    bool operator==(const Box &) const = default;
};

struct ScoredBox
{
    int id = 0;        ///< class
    float score = 1;   ///< 0 … 1
    Box box = {};

    bool operator==(const ScoredBox &) const = default;
};

/// Intersection over union; 0 for boxes without an area.
double overlap(const Box &a, const Box &b);

/// The boxes of one sample's label [mostBoxes, 5], in their order.
std::vector<ScoredBox> boxesOfLabel(std::span<const float> label);

/// The label of these boxes; throws Error when there are more than mostBoxes. Scores are lost.
std::vector<float> labelOfBoxes(const std::vector<ScoredBox> &boxes);

} // namespace concord
