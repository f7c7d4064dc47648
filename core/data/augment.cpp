#include "core/base/random.h"
#include "core/data/loader.h"
#include "core/data/resample.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

std::int64_t planesOf(TaskKind kind)
{
    return kind == TaskKind::normals ? 3 : 1;
}

void mirrorRows(std::vector<float> &values, std::int64_t width)
{
    for (auto row = values.begin(); row != values.end(); row += width)
        std::reverse(row, row + width);
}

void flipBoxes(std::vector<float> &boxes)
{
    for (std::size_t row = 0; row < boxes.size(); row += boxNumbers)
        if (boxes[row] >= 0) {
            const float left = boxes[row + 1];
            boxes[row + 1] = 1 - boxes[row + 3];
            boxes[row + 3] = 1 - left;
        }
}

/// Boxes in shares of the window, cut at its sides; what lies outside is gone.
void zoomBoxes(std::vector<float> &boxes, const Shape &image, const PixelWindow &window)
{
    const float first[] = {float(window.left) / float(image[2]), float(window.top) / float(image[1])};
    const float size[] = {float(window.width) / float(image[2]), float(window.height) / float(image[1])};
    std::vector<float> kept;
    for (std::size_t row = 0; row < boxes.size(); row += boxNumbers) {
        float box[boxNumbers] = {boxes[row]};
        for (std::size_t i = 1; i < boxNumbers; ++i)
            box[i] = std::clamp((boxes[row + i] - first[(i - 1) % 2]) / size[(i - 1) % 2], 0.0f, 1.0f);
        if (box[0] >= 0 && box[1] < box[3] && box[2] < box[4])
            kept.insert(kept.end(), std::begin(box), std::end(box));
    }
    kept.resize(boxes.size(), -1);
    boxes = std::move(kept);
}

void flipSample(Sample &sample, const DatasetInfo &info)
{
    const std::int64_t width = info.image[2];
    const std::int64_t pixels = info.image[1] * width;
    mirrorRows(sample.image, width);
    for (std::size_t task = 0; task < info.tasks.size(); ++task) {
        std::vector<float> &label = sample.labels[task];
        const TaskKind kind = info.tasks[task].kind;
        if (kind == TaskKind::boxes)
            flipBoxes(label);
        if (label.empty() || !isDense(kind))
            continue;
        mirrorRows(label, width);
        if (kind == TaskKind::normals)
            std::transform(label.begin(), label.begin() + pixels, label.begin(), [](float x) { return x == 0 ? 0 : -x; });
    }
}

/// The part seen through a lens with a longer focal length. For the unchanged camera of the data set everything is nearer by the
/// zoom, hence depth is divided by it (as Liu et al., CVPR 2019, do for NYUv2); orientation stays.
void zoomSample(Sample &sample, const DatasetInfo &info, const PixelWindow &window)
{
    Resample resample{
        .planes = info.image[0], .height = info.image[1], .width = info.image[2], .window = window, .newHeight = info.image[1], .newWidth = info.image[2]};
    sample.image = resample.bilinear(sample.image);
    const float shrink = std::sqrt(float(window.height * window.width) / float(info.image[1] * info.image[2]));
    for (std::size_t task = 0; task < info.tasks.size(); ++task) {
        std::vector<float> &label = sample.labels[task];
        const TaskKind kind = info.tasks[task].kind;
        if (kind == TaskKind::boxes)
            zoomBoxes(label, info.image, window);
        if (label.empty() || !isDense(kind))
            continue;
        resample.planes = planesOf(kind);
        label = resample.nearest(label);
        if (kind == TaskKind::depth)
            std::ranges::transform(label, label.begin(), [shrink](float metres) { return metres > 0 ? metres * shrink : metres; });
    }
}

} // namespace

void augment(Sample &sample, const DatasetInfo &info, const LoaderOptions &options, Random random)
{
    if (info.image.size() != 3)
        return;
    if (options.flip && random.chance(0.5) && info.mayFlip)
        flipSample(sample, info);
    if (options.cropScale > 0) {
        const double scale = random.uniform(1 - std::min(options.cropScale, 0.95), 1);
        PixelWindow window;
        window.height = std::max<std::int64_t>(1, std::llround(scale * double(info.image[1])));
        window.width = std::max<std::int64_t>(1, std::llround(scale * double(info.image[2])));
        window.top = std::int64_t(random.below(std::uint64_t(info.image[1] - window.height + 1)));
        window.left = std::int64_t(random.below(std::uint64_t(info.image[2] - window.width + 1)));
        zoomSample(sample, info, window);
    }
}

} // namespace concord
