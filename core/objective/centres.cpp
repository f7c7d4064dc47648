#include "core/objective/centres.h"

#include "core/objective/known.h"

#include <algorithm>
#include <cmath>

namespace concord {

std::vector<ScoredBox> boxesOfPrediction(const at::Tensor &prediction, std::int64_t most)
{
    const at::Tensor values = hostFloats(prediction);
    const std::int64_t classes = values.size(0) - 4;
    const std::int64_t height = values.size(1);
    const std::int64_t width = values.size(2);
    const std::int64_t cells = height * width;
    // Compared as logits: the sigmoid of large ones is 1 for several.
    const at::Tensor logits = values.narrow(0, 0, classes);
    const at::Tensor peaks = logits.eq(at::max_pool2d(logits.unsqueeze(0), {3, 3}, {1, 1}, {1, 1}).squeeze(0)).contiguous();
    const float *logit = values.data_ptr<float>();
    const bool *isPeak = peaks.data_ptr<bool>();
    std::vector<std::int64_t> found;
    for (std::int64_t i = 0; i < classes * cells; ++i)
        if (isPeak[i])
            found.push_back(i);
    std::ranges::stable_sort(found, [logit](std::int64_t a, std::int64_t b) { return logit[a] > logit[b]; });
    found.resize(std::size_t(std::min<std::int64_t>(most, std::int64_t(found.size()))));

    const float *rest = logit + classes * cells;
    std::vector<ScoredBox> boxes;
    for (const std::int64_t i : found) {
        const std::int64_t cell = i % cells;
        const float x = float(cell % width) + rest[2 * cells + cell];
        const float y = float(cell / width) + rest[3 * cells + cell];
        const float halfWidth = rest[cell] / 2;
        const float halfHeight = rest[cells + cell] / 2;
        const auto share = [](float cellsFromSide, std::int64_t size) { return std::clamp(cellsFromSide / float(size), 0.0f, 1.0f); };
        boxes.push_back({.id = int(i / cells),
                         .score = 1 / (1 + std::exp(-logit[i])),
                         .box = {share(x - halfWidth, width), share(y - halfHeight, height), share(x + halfWidth, width), share(y + halfHeight, height)}});
    }
    return boxes;
}

at::Tensor gaussianRadius(const at::Tensor &width, const at::Tensor &height, double overlap)
{
    const at::Tensor sum = width + height;
    const at::Tensor area = width * height;
    // Each is the root of a quadratic equation in the shift r, with w × h the size and o the overlap.
    // The same way: (w − r)(h − r) = o (2 w h − (w − r)(h − r)).
    const at::Tensor moved = (sum - (sum.square() - area * (4 * (1 - overlap) / (1 + overlap))).clamp_min(0).sqrt()) / 2;
    // Inwards: (w − 2 r)(h − 2 r) = o w h.
    const at::Tensor smaller = (sum - (sum.square() - area * (4 * (1 - overlap))).clamp_min(0).sqrt()) / 4;
    // Outwards: w h = o (w + 2 r)(h + 2 r).
    const at::Tensor larger = ((sum.square() + area * (4 * (1 - overlap) / overlap)).sqrt() - sum) / 4;
    return at::minimum(moved, at::minimum(smaller, larger)).clamp_min(0);
}

} // namespace concord
