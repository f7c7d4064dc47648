#pragma once

#include <span>
#include <vector>

namespace concord {

/// The nearest point with non-negative entries that add up to one (Duchi et al., ICML 2008, figure 1).
std::vector<double> projectOnSimplex(std::span<const double> point);

} // namespace concord
