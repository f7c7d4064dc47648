#pragma once

#include <span>
#include <vector>

namespace concord {

struct MinNormPoint
{
    std::vector<double> weights; ///< on the simplex
    std::vector<int> support;    ///< indices of an affinely independent set that carries the weights
    double squaredNorm = 0;      ///< wᵀGw
    /// Largest violation of gᵢ·d ≥ ‖d‖² (d = Σ wᵢgᵢ) as a share of the lengths that these products are made from;
    /// free of units, and of the order of rounding for an exact solution.
    double residual = 0;
};

/// The point of least norm in the convex hull of `count` vectors, given only their Gramian [count, count]; exact up to rounding.
///
/// Rows are scaled to unit length first, so that vectors of very different lengths lose no digits. Then the homogeneous
/// problem min vᵀCv, aᵀv = 1, v ≥ 0 is solved as the non-negative least squares problem min vᵀCv + (1 − aᵀv)², which
/// has the same direction (Lawson & Hanson 1974, chapter 23; for the point of least norm: Wolfe, Math. Programming 1976).
/// All thresholds are relative.
MinNormPoint minNormPoint(std::span<const double> gramian, int count);

} // namespace concord
