#include "core/data/dataset.h"
#include "core/data/scenes/render.h"

#include <algorithm>

namespace concord {

namespace {

constexpr int firstObject = int(SceneClass::table);

/// Around pixels of one piece.
struct PixelBox
{
    std::int64_t left = 1 << 30;
    std::int64_t top = 1 << 30;
    std::int64_t right = 0;
    std::int64_t bottom = 0;
    std::int64_t count = 0;
};

} // namespace

std::vector<std::string> sceneObjectNames()
{
    const std::vector<std::string> &all = sceneClassNames();
    return {all.begin() + firstObject, all.end()};
}

std::vector<ScoredBox> sceneBoxes(const SceneRoom &room, const SceneImage &image, std::int64_t height, std::int64_t width)
{
    std::vector<PixelBox> around(room.pieces.size());
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x) {
            const int piece = image.pieces[std::size_t(y * width + x)];
            if (piece < 0)
                continue;
            PixelBox &box = around[std::size_t(piece)];
            box.left = std::min(box.left, x);
            box.top = std::min(box.top, y);
            box.right = std::max(box.right, x + 1);
            box.bottom = std::max(box.bottom, y + 1);
            ++box.count;
        }
    std::vector<std::pair<std::int64_t, ScoredBox>> seen;
    for (std::size_t i = 0; i < around.size(); ++i) {
        const PixelBox &box = around[i];
        if (box.count == 0 || 500 * box.count < height * width)
            continue;
        const auto share = [](std::int64_t pixels, std::int64_t size) { return float(double(pixels) / double(size)); };
        seen.push_back({(box.right - box.left) * (box.bottom - box.top),
                        {.id = int(room.pieces[i].label) - firstObject,
                         .score = 1,
                         .box = {share(box.left, width), share(box.top, height), share(box.right, width), share(box.bottom, height)}}});
    }
    std::ranges::stable_sort(seen, std::greater(), &std::pair<std::int64_t, ScoredBox>::first);
    std::vector<ScoredBox> boxes;
    for (std::size_t i = 0; i < std::min(seen.size(), std::size_t(mostBoxes)); ++i)
        boxes.push_back(seen[i].second);
    return boxes;
}

} // namespace concord
