#include "core/tensor/min_norm.h"

#include "core/tensor/cholesky.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord {

namespace {

/// Lawson and Hanson's active set on H = C + aaᵀ, right side a.
class MinNormSolver
{
public:
    MinNormSolver(std::span<const double> gramian, int count)
        : count_(count)
        , a_(count)
        , h_(std::size_t(count) * count)
        , x_(count, 0.0)
    {
        std::vector<double> lengths(count);
        for (int i = 0; i < count; ++i)
            lengths[i] = std::sqrt(gramian[i * count + i]);
        const double shortest = *std::ranges::min_element(lengths);
        for (int i = 0; i < count; ++i)
            a_[i] = shortest / lengths[i];
        for (int i = 0; i < count; ++i)
            for (int j = 0; j < count; ++j)
                h_[i * count + j] = (i == j ? 1.0 : gramian[i * count + j] / lengths[i] / lengths[j]) + a_[i] * a_[j];
    }

    void solve()
    {
        std::vector<bool> blocked(count_, false);
        // Finite by itself (the objective falls with every accepted set); the limit only guards against a matrix that is
        // not positive semidefinite beyond rounding.
        for (int round = 0; round < 20 * count_ + 100; ++round) {
            const int entering = mostViolated(blocked);
            if (entering < 0)
                return;
            if (enter(entering))
                blocked.assign(count_, false);
            else
                blocked[entering] = true;
        }
    }

    std::vector<double> weights() const
    {
        std::vector<double> result(count_, 0.0);
        double sum = 0;
        for (const int i : support_)
            sum += result[i] = x_[i] * a_[i];
        for (double &value : result)
            value /= sum;
        return result;
    }

    const std::vector<int> &support() const { return support_; }

private:
    int mostViolated(const std::vector<bool> &blocked) const
    {
        int best = -1;
        double largest = 0;
        for (int j = 0; j < count_; ++j) {
            if (blocked[j] || std::ranges::find(support_, j) != support_.end())
                continue;
            double slope = a_[j];
            double size = a_[j];
            for (const int i : support_) {
                const double part = h_[j * count_ + i] * x_[i];
                slope -= part;
                size += std::abs(part);
            }
            if (slope > 4 * std::numeric_limits<double>::epsilon() * size && slope > largest) {
                largest = slope;
                best = j;
            }
        }
        return best;
    }

    /// Takes j into the set and moves to the best point of the set, dropping members on the way. False, and nothing
    /// changed, when j only seemed to help because of rounding.
    bool enter(int j)
    {
        std::vector<double> products;
        for (const int i : support_)
            products.push_back(h_[j * count_ + i]);
        if (!factor_.append(products, h_[j * count_ + j]))
            return false;
        support_.push_back(j);
        bool first = true;
        while (true) {
            std::vector<double> right;
            for (const int i : support_)
                right.push_back(a_[i]);
            const std::vector<double> target = factor_.solve(right);
            if (first && !(target.back() > 0)) {
                dropAt(int(support_.size()) - 1);
                return false;
            }
            first = false;
            double share = 1;
            for (std::size_t k = 0; k < support_.size(); ++k)
                if (!(target[k] > 0))
                    share = std::min(share, x_[support_[k]] / (x_[support_[k]] - target[k]));
            for (std::size_t k = 0; k < support_.size(); ++k)
                x_[support_[k]] += share * (target[k] - x_[support_[k]]);
            bool dropped = false;
            for (int k = int(support_.size()) - 1; k >= 0; --k) {
                if (target[k] > 0 || x_[support_[k]] > std::numeric_limits<double>::epsilon() * std::abs(target[k]))
                    continue;
                dropAt(k);
                dropped = true;
            }
            if (!dropped)
                return true;
        }
    }

    void dropAt(int position)
    {
        x_[support_[position]] = 0;
        support_.erase(support_.begin() + position);
        factor_.remove(position);
    }

    int count_;
    std::vector<double> a_;
    std::vector<double> h_;
    std::vector<double> x_;
    std::vector<int> support_;
    GrowingCholesky factor_;
};

} // namespace

MinNormPoint minNormPoint(std::span<const double> gramian, int count)
{
    MinNormPoint result;
    result.weights.assign(count, 0.0);
    for (int i = 0; i < count; ++i)
        if (!(gramian[i * count + i] > 0))
            result.support.push_back(i);
    if (!result.support.empty()) { // a zero vector is the point itself
        for (const int i : result.support)
            result.weights[i] = 1.0 / double(result.support.size());
        return result;
    }
    if (count == 0)
        return result;

    MinNormSolver solver(gramian, count);
    solver.solve();
    result.weights = solver.weights();
    result.support = solver.support();

    std::vector<double> products(count, 0.0);
    double reach = 0;
    for (const int j : result.support) {
        reach += result.weights[j] * std::sqrt(gramian[j * count + j]);
        for (int i = 0; i < count; ++i)
            products[i] += gramian[i * count + j] * result.weights[j];
    }
    for (const int i : result.support)
        result.squaredNorm += result.weights[i] * products[i];
    result.squaredNorm = std::max(result.squaredNorm, 0.0);
    for (int i = 0; i < count; ++i) {
        const double size = reach * std::max(reach, std::sqrt(gramian[i * count + i]));
        result.residual = std::max(result.residual, (result.squaredNorm - products[i]) / size);
    }
    return result;
}

} // namespace concord
