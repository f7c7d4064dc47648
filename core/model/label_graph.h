#pragma once

#include <cstdint>
#include <vector>

namespace concord {

struct LabelGraphOptions
{
    double tau = 0.4;   ///< conditional probability from which two labels are linked
    double p = 0.2;     ///< share of a label's row that its neighbours get
};

/// The correlation matrix of ML-GCN (Chen et al., CVPR 2019, eq. 7 and 8), row by row: label j is a neighbour of i where P(j | i) = Mᵢⱼ / Mᵢᵢ reaches τ;
/// neighbours divide p, the label itself keeps 1 − p. `counts`: Mᵢᵢ how often label i occurs, Mᵢⱼ how often i and j occur together, row by row. A label
/// without neighbours keeps all of its row, which the paper's eq. 8 leaves at 1 − p.
std::vector<double> labelCorrelation(const std::vector<std::int64_t> &counts, std::int64_t labels, const LabelGraphOptions &options);

} // namespace concord
