#pragma once

#include "core/base/random.h"

#include <cmath>
#include <string>
#include <vector>

namespace concord::test {

/// A Jacobian [tasks, params] with a name, row-major.
struct SampledJacobian
{
    std::string name;
    int tasks = 0;
    int params = 0;
    std::vector<double> values;

    std::vector<double> gramian() const
    {
        std::vector<double> result(std::size_t(tasks) * tasks, 0.0);
        for (int i = 0; i < tasks; ++i)
            for (int j = 0; j < tasks; ++j)
                for (int p = 0; p < params; ++p)
                    result[i * tasks + j] += values[i * params + p] * values[j * params + p];
        return result;
    }

    /// Jᵀw.
    std::vector<double> combine(const std::vector<double> &weights) const
    {
        std::vector<double> result(params, 0.0);
        for (int i = 0; i < tasks; ++i)
            for (int p = 0; p < params; ++p)
                result[p] += weights[i] * values[i * params + p];
        return result;
    }

    double rowNorm(int i) const
    {
        double sum = 0;
        for (int p = 0; p < params; ++p)
            sum += values[i * params + p] * values[i * params + p];
        return std::sqrt(sum);
    }

    double longestRow() const
    {
        double result = 0;
        for (int i = 0; i < tasks; ++i)
            result = std::max(result, rowNorm(i));
        return result;
    }

    void scaleRow(int i, double factor)
    {
        for (int p = 0; p < params; ++p)
            values[i * params + p] *= factor;
    }
};

inline double dotProduct(const std::vector<double> &a, const std::vector<double> &b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

/// Rows of rank `rank` with a common component of the given size.
inline SampledJacobian normalJacobian(const std::string &name, int tasks, int params, int rank, double common, double scale, std::uint64_t seed)
{
    Random random(seed, std::uint64_t(tasks), std::uint64_t(params), std::uint64_t(rank));
    std::vector<double> left(std::size_t(tasks) * rank);
    std::vector<double> right(std::size_t(rank) * params);
    for (double &value : left)
        value = random.normal();
    for (double &value : right)
        value = random.normal();
    SampledJacobian result{.name = name, .tasks = tasks, .params = params, .values = std::vector<double>(std::size_t(tasks) * params, 0.0)};
    for (int i = 0; i < tasks; ++i)
        for (int p = 0; p < params; ++p) {
            for (int r = 0; r < rank; ++r)
                result.values[i * params + p] += left[i * rank + r] * right[r * params + p];
            result.values[i * params + p] = scale * (result.values[i * params + p] + common);
        }
    return result;
}

/// Full rank, rank-deficient, stationary, opposite, parallel, with a zero row, with rows of very different lengths, and scaled.
inline std::vector<SampledJacobian> sampledJacobians()
{
    std::vector<SampledJacobian> result;
    for (const int tasks : {1, 2, 3, 5, 8, 40})
        for (const double scale : {1e-10, 1.0, 1e10})
            result.push_back(
                normalJacobian("full_" + std::to_string(tasks) + "_scale" + std::to_string(int(std::log10(scale))), tasks, 60, tasks, 0.3, scale, 7));
    for (const int rank : {1, 2, 4})
        result.push_back(normalJacobian("rank" + std::to_string(rank) + "_of_8", 8, 20, rank, 0, 1, 11));
    result.push_back(normalJacobian("rank3_of_40", 40, 20, 3, 0, 1, 12));

    SampledJacobian stationary = normalJacobian("stationary_5", 5, 12, 5, 0, 1, 13); // a convex combination of the rows is zero
    for (int p = 0; p < 12; ++p) {
        double sum = 0;
        for (int i = 0; i < 4; ++i)
            sum += stationary.values[i * 12 + p] * (i + 1);
        stationary.values[4 * 12 + p] = -sum;
    }
    result.push_back(stationary);
    result.push_back({.name = "opposite", .tasks = 2, .params = 3, .values = {1, -2, 3, -2, 4, -6}});
    result.push_back({.name = "parallel", .tasks = 3, .params = 3, .values = {1, 2, 3, 2, 4, 6, 0.5, 1, 1.5}});
    result.push_back({.name = "equal_rows", .tasks = 2, .params = 2, .values = {1, 2, 1, 2}});
    result.push_back({.name = "zero_row", .tasks = 3, .params = 2, .values = {1, 2, 0, 0, -1, 1}});
    result.push_back({.name = "all_zero", .tasks = 3, .params = 2, .values = {0, 0, 0, 0, 0, 0}});
    SampledJacobian mixed = normalJacobian("mixed_lengths_6", 6, 30, 6, 0.2, 1, 17);
    for (int i = 0; i < 6; ++i)
        mixed.scaleRow(i, std::pow(10.0, 2 * i - 5));
    result.push_back(mixed);
    return result;
}

} // namespace concord::test
