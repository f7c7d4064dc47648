#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

namespace concord {

/// The best evaluation so far, and how long it has stood.
struct BestSoFar
{
    std::optional<double> value = {};
    std::int64_t step = 0;
    std::int64_t waited = 0; ///< evaluations since

    /// Takes note of an evaluation; true when it is the best. NaN is never better.
    bool offer(double candidate, std::int64_t atStep)
    {
        if (candidate > value.value_or(-std::numeric_limits<double>::infinity())) {
            value = candidate;
            step = atStep;
            waited = 0;
            return true;
        }
        ++waited;
        return false;
    }
};

/// How far a run has come: with the tensors, all that a resume needs.
struct Progress
{
    std::int64_t step = 0;  ///< steps done
    std::int64_t epoch = 0; ///< of the next batch
    std::int64_t batch = 0; ///< index of the next batch in its epoch
    double seconds = 0;
    std::int64_t evaluatedAt = 0; ///< step of the last whole evaluation
    BestSoFar best = {};
    std::vector<double> lossSums = {}; ///< this epoch, per task
    std::vector<std::int64_t> lossCounts = {};
    std::vector<double> lastMeans = {}; ///< of the last epoch in which the task had labels; empty before

    void start(std::size_t tasks)
    {
        lossSums.assign(tasks, 0);
        lossCounts.assign(tasks, 0);
    }
};

} // namespace concord
