#include "core/tensor/cholesky.h"

#include <cmath>
#include <limits>

namespace concord {

bool GrowingCholesky::append(std::span<const double> products, double diagonal)
{
    const int count = size();
    std::vector<double> row(count);
    double left = diagonal;
    for (int i = 0; i < count; ++i) {
        double sum = products[i];
        for (int j = 0; j < i; ++j)
            sum -= factor_[i][j] * row[j];
        row[i] = sum / diagonal_[i];
        left -= row[i] * row[i];
    }
    if (!(left > 32 * std::numeric_limits<double>::epsilon() * diagonal))
        return false;
    std::vector<double> given(products.begin(), products.begin() + count);
    given.push_back(diagonal);
    matrix_.push_back(std::move(given));
    factor_.push_back(std::move(row));
    diagonal_.push_back(std::sqrt(left));
    return true;
}

void GrowingCholesky::remove(int position)
{
    std::vector<std::vector<double>> rows = std::move(matrix_);
    rows.erase(rows.begin() + position);
    for (std::size_t i = std::size_t(position); i < rows.size(); ++i)
        rows[i].erase(rows[i].begin() + position);
    // Rows before the removed one keep their factors.
    matrix_.assign(rows.begin(), rows.begin() + position);
    factor_.resize(position);
    diagonal_.resize(position);
    for (std::size_t i = std::size_t(position); i < rows.size(); ++i) {
        const double own = rows[i].back();
        rows[i].pop_back();
        // A subset of independent rows is independent; rounding may still refuse one, which then keeps its whole pivot.
        if (!append(rows[i], own)) {
            std::vector<double> given = rows[i];
            given.push_back(own);
            matrix_.push_back(std::move(given));
            factor_.emplace_back(rows[i].size(), 0.0);
            diagonal_.push_back(std::sqrt(own));
        }
    }
}

void GrowingCholesky::clear()
{
    matrix_.clear();
    factor_.clear();
    diagonal_.clear();
}

std::vector<double> GrowingCholesky::solve(std::span<const double> right) const
{
    const int count = size();
    std::vector<double> x(right.begin(), right.begin() + count);
    for (int i = 0; i < count; ++i) {
        for (int j = 0; j < i; ++j)
            x[i] -= factor_[i][j] * x[j];
        x[i] /= diagonal_[i];
    }
    for (int i = count - 1; i >= 0; --i) {
        x[i] /= diagonal_[i];
        for (int j = 0; j < i; ++j)
            x[j] -= factor_[i][j] * x[i];
    }
    return x;
}

} // namespace concord
