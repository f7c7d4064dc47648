#include "core/model/label_graph.h"

namespace concord {

std::vector<double> labelCorrelation(const std::vector<std::int64_t> &counts, std::int64_t labels, const LabelGraphOptions &options)
{
    const auto count = [&](std::int64_t i, std::int64_t j) { return double(counts[std::size_t(i * labels + j)]); };
    std::vector<double> rows(std::size_t(labels * labels));
    for (std::int64_t i = 0; i < labels; ++i) {
        std::vector<std::int64_t> neighbours;
        for (std::int64_t j = 0; j < labels; ++j)
            if (j != i && count(i, i) > 0 && count(i, j) >= options.tau * count(i, i))
                neighbours.push_back(j);
        rows[std::size_t(i * labels + i)] = neighbours.empty() ? 1 : 1 - options.p;
        for (const std::int64_t j : neighbours)
            rows[std::size_t(i * labels + j)] = options.p / double(neighbours.size());
    }
    return rows;
}

} // namespace concord
