#include "core/data/semantic_edges.h"

namespace concord {

std::vector<float> semanticEdges(const std::vector<float> &classes, std::int64_t height, std::int64_t width, std::int64_t ignore)
{
    const auto unknown = float(ignore);
    std::vector<float> edges(classes.size());
    const auto compare = [&](std::int64_t a, std::int64_t b) {
        const float first = classes[std::size_t(a)];
        const float second = classes[std::size_t(b)];
        if (first != second && first != unknown && second != unknown)
            edges[std::size_t(a)] = edges[std::size_t(b)] = 1;
    };
    for (std::int64_t y = 0; y < height; ++y)
        for (std::int64_t x = 0; x < width; ++x) {
            const std::int64_t at = y * width + x;
            if (x + 1 < width)
                compare(at, at + 1);
            if (y + 1 < height)
                compare(at, at + width);
        }
    for (std::size_t i = 0; i < edges.size(); ++i)
        if (ignore >= 0 && classes[i] == unknown)
            edges[i] = -1;
    return edges;
}

} // namespace concord
