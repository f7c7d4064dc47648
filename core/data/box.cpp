#include "core/data/box.h"

#include "core/base/error.h"
#include "core/data/dataset.h"

#include <algorithm>

namespace concord {

double overlap(const Box &a, const Box &b)
{
    const auto area = [](const Box &box) { return std::max(0.0, double(box.right) - box.left) * std::max(0.0, double(box.bottom) - box.top); };
    const double both = area({std::max(a.left, b.left), std::max(a.top, b.top), std::min(a.right, b.right), std::min(a.bottom, b.bottom)});
    return both > 0 ? both / (area(a) + area(b) - both) : 0;
}

std::vector<ScoredBox> boxesOfLabel(std::span<const float> label)
{
    std::vector<ScoredBox> boxes;
    for (std::size_t row = 0; row + boxNumbers <= label.size(); row += boxNumbers)
        if (label[row] >= 0)
            boxes.push_back({.id = int(label[row]), .score = 1, .box = {label[row + 1], label[row + 2], label[row + 3], label[row + 4]}});
    return boxes;
}

std::vector<float> labelOfBoxes(const std::vector<ScoredBox> &boxes)
{
    if (std::int64_t(boxes.size()) > mostBoxes)
        throw Error("expected at most {} boxes, found {}", mostBoxes, boxes.size());
    std::vector<float> label;
    for (const auto &[id, score, box] : boxes)
        label.insert(label.end(), {float(id), box.left, box.top, box.right, box.bottom});
    label.resize(std::size_t(mostBoxes * boxNumbers), -1);
    return label;
}

} // namespace concord
