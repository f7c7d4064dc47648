#pragma once

#include <span>
#include <vector>

namespace concord {

struct CagradDual
{
    /// The direction is Jᵀ(1/T + extra): the mean gradient plus a step of length c‖g₀‖ towards the worst-off tasks.
    std::vector<double> extra;
    double value = 0; ///< the smallest gᵢ·d, which this direction makes as large as possible
    /// Duality gap as a share of max‖gᵢ‖ · (1 + c)‖g₀‖: rounding, or its root where zero lies in the hull of the gradients.
    double residual = 0;
};

/// max over ‖d − g₀‖ ≤ c‖g₀‖ of minᵢ gᵢ·d, with g₀ the mean (CAGrad: Liu et al., NeurIPS 2021, equation 3), through its dual
/// min over the simplex of g_w·g₀ + c‖g₀‖‖g_w‖, exactly. Takes the Gramian [count, count].
///
/// √q = min over t of (q/t + t)/2 turns the dual into a family of problems that only differ in a number s:
/// the point of least norm among the shifted vectors gᵢ + s g₀, of which d is 1/s times; s is right when ‖g_w‖ = s c‖g₀‖.
/// While the set that carries w stays the same, w = p + s q with gₚ ⟂ g_q, so s² = ‖gₚ‖² / (c²‖g₀‖² − ‖g_q‖²)
/// ends the search. ‖g_w‖/s falls with s, so that a bracket always exists.
CagradDual solveCagradDual(std::span<const double> gramian, int count, double c);

} // namespace concord
