#include "core/tensor/cagrad_dual.h"

#include "core/tensor/cholesky.h"
#include "core/tensor/min_norm.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace concord {

namespace {

class CagradDualSearch
{
public:
    CagradDualSearch(std::span<const double> gramian, int count, double c)
        : count_(count)
        , gramian_(gramian.begin(), gramian.end())
        , meanProducts_(count, 0.0)
    {
        // In units of the longest vector.
        double longest = 0;
        for (int i = 0; i < count; ++i)
            longest = std::max(longest, gramian[i * count + i]);
        scale_ = longest;
        if (!(longest > 0))
            return;
        for (double &value : gramian_)
            value /= longest;
        for (int i = 0; i < count; ++i)
            for (int j = 0; j < count; ++j)
                meanProducts_[i] += gramian_[i * count + j] / count;
        for (int i = 0; i < count; ++i)
            meanSquare_ += meanProducts_[i] / count;
        meanSquare_ = std::max(meanSquare_, 0.0);
        radius_ = c * std::sqrt(meanSquare_);
    }

    CagradDual solve()
    {
        CagradDual result;
        result.extra.assign(count_, 0.0);
        // A mean that is nothing but rounding has no ball around it.
        if (!(scale_ > 0) || !(meanSquare_ > count_ * std::numeric_limits<double>::epsilon()) || !(radius_ > 0))
            return result;
        double high = 1 / radius_;        // ‖g_w‖ ≤ the longest = 1
        const double floor = 1e-8 * high; // below, a Gramian does not tell ‖g_w‖ from zero
        double low = floor;
        double s = std::min(std::sqrt(meanSquare_) / radius_, high);
        std::vector<double> weights;
        for (int round = 0; round < 200; ++round) {
            weights = minNormPoint(shifted(s), count_).weights;
            const double length = std::sqrt(square(weights));
            if (length > s * radius_)
                low = s;
            else
                high = s;
            const Path path = follow(weights);
            const double room = radius_ * radius_ - path.slopeSquare;
            const double next = room > 0 ? std::sqrt(path.startSquare / room) : std::numeric_limits<double>::infinity();
            // Zero lies in the hull: w/s = p/s + q with gₚ = 0 leaves q, which is within the ball.
            const bool stationary = s <= floor && high <= floor;
            if (stationary || std::abs(next - s) <= 1e-13 * s || high <= low * (1 + 1e-15)) {
                for (int i = 0; i < count_; ++i)
                    result.extra[i] = stationary ? path.slope[i] : weights[i] / s;
                break;
            }
            if (next <= floor && low <= floor)
                s = floor;
            else
                s = next > low && next < high ? next : std::sqrt(low * high);
            for (int i = 0; i < count_; ++i)
                result.extra[i] = weights[i] / s;
        }
        finish(result, weights);
        return result;
    }

private:
    /// w = start + s · slope while the same vectors carry it.
    struct Path
    {
        std::vector<double> slope;
        double startSquare = 0;
        double slopeSquare = 0;
    };

    std::vector<double> shifted(double s) const
    {
        std::vector<double> result(gramian_);
        for (int i = 0; i < count_; ++i)
            for (int j = 0; j < count_; ++j)
                result[i * count_ + j] += s * (meanProducts_[i] + meanProducts_[j]) + s * s * meanSquare_;
        return result;
    }

    double square(const std::vector<double> &w) const
    {
        double result = 0;
        for (int i = 0; i < count_; ++i)
            for (int j = 0; j < count_; ++j)
                result += w[i] * gramian_[i * count_ + j] * w[j];
        return std::max(result, 0.0);
    }

    /// Optimality on the set that carries w: G w + s b = λ1, Σw = 1; solved with H = G + 11ᵀ, definite on independent sets.
    Path follow(const std::vector<double> &weights) const
    {
        GrowingCholesky factor;
        std::vector<int> members;
        for (int i = 0; i < count_; ++i) {
            if (!(weights[i] > 0))
                continue;
            std::vector<double> products;
            for (const int j : members)
                products.push_back(gramian_[i * count_ + j] + 1);
            if (factor.append(products, gramian_[i * count_ + i] + 1))
                members.push_back(i);
        }
        std::vector<double> right;
        for (const int i : members)
            right.push_back(meanProducts_[i]);
        const std::vector<double> ones = factor.solve(std::vector<double>(members.size(), 1.0));
        const std::vector<double> mean = factor.solve(right);
        double oneSum = 0;
        double meanSum = 0;
        for (std::size_t k = 0; k < members.size(); ++k) {
            oneSum += ones[k];
            meanSum += mean[k];
        }
        std::vector<double> start(count_, 0.0);
        Path path;
        path.slope.assign(count_, 0.0);
        for (std::size_t k = 0; k < members.size(); ++k) {
            start[members[k]] = ones[k] / oneSum;
            path.slope[members[k]] = meanSum / oneSum * ones[k] - mean[k];
        }
        path.startSquare = square(start);
        path.slopeSquare = square(path.slope);
        return path;
    }

    /// Puts the added step back into the ball exactly, and compares what it reaches with the dual's bound at `weights`.
    void finish(CagradDual &result, const std::vector<double> &weights) const
    {
        const double length = std::sqrt(square(result.extra));
        if (length > radius_)
            for (double &value : result.extra)
                value *= radius_ / length;
        double worst = std::numeric_limits<double>::infinity();
        double bound = radius_ * std::sqrt(square(weights));
        for (int i = 0; i < count_; ++i) {
            bound += weights[i] * meanProducts_[i];
            double product = meanProducts_[i];
            for (int j = 0; j < count_; ++j)
                product += gramian_[i * count_ + j] * result.extra[j];
            worst = std::min(worst, product);
        }
        result.value = worst * scale_;
        result.residual = std::max(bound - worst, 0.0) / (std::sqrt(meanSquare_) + radius_);
    }

    int count_;
    std::vector<double> gramian_;
    std::vector<double> meanProducts_; ///< gᵢ·g₀
    double meanSquare_ = 0;
    double radius_ = 0; ///< c‖g₀‖
    double scale_ = 0;
};

} // namespace

CagradDual solveCagradDual(std::span<const double> gramian, int count, double c)
{
    return CagradDualSearch(gramian, count, c).solve();
}

} // namespace concord
