#pragma once

#include "core/base/text.h"
#include "core/model/norm_unit.h"

namespace concord {

/// Batch normalisation in a layer that runs once per task: one for all tasks, or one for each, "<name>.task0" and so on.
class TaskNorm
{
public:
    TaskNorm(Layer &owner, const std::string &name, std::int64_t channels, std::size_t tasks, bool ofEachTask)
    {
        if (!ofEachTask)
            units_.emplace_back(owner, name, channels);
        for (std::size_t t = 0; ofEachTask && t < tasks; ++t)
            units_.emplace_back(owner, fmt::format("{}.task{}", name, t), channels, std::vector<int>{int(t)});
    }

    at::Tensor operator()(const at::Tensor &x, std::size_t task) const { return units_[units_.size() == 1 ? 0 : task](x); }

    static std::int64_t parameterCount(std::int64_t channels, std::int64_t tasks, bool ofEachTask) { return 2 * channels * (ofEachTask ? tasks : 1); }

private:
    std::vector<NormUnit> units_;
};

} // namespace concord
