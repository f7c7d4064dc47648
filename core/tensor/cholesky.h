#pragma once

#include <span>
#include <vector>

namespace concord {

/// L Lᵀ of a symmetric positive definite matrix that gains and loses rows; for the active sets of small exact solvers.
class GrowingCholesky
{
public:
    int size() const { return int(diagonal_.size()); }

    /// Adds a row: its products with the members in order, and with itself. Refused (false) when it depends on the members,
    /// that is when what is left of `diagonal` is within rounding of nothing.
    bool append(std::span<const double> products, double diagonal);

    void remove(int position);
    void clear();

    std::vector<double> solve(std::span<const double> right) const;

private:
    std::vector<std::vector<double>> matrix_; ///< lower rows as given, to factor again after a removal
    std::vector<std::vector<double>> factor_; ///< lower rows of L without the diagonal
    std::vector<double> diagonal_;            ///< of L
};

} // namespace concord
