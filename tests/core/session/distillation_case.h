#pragma once

#include "tests/core/session/recipe_model.h"

namespace concord::test {

/// Does the first output of the node depend on the parameter?
inline bool nodeDependsOn(const RecipeModel &recipe, const std::string &node, const std::string &parameter, std::size_t output = 0)
{
    at::Tensor value = recipe.parameter(parameter);
    value.mutable_grad() = at::Tensor();
    recipe.values(node).outputs.at(output).square().sum().backward();
    return value.grad().defined() && value.grad().abs().max().item<float>() > 0;
}

/// Throws Error unless each task's loss adds up `count` losses on initial predictions and that on the final one.
inline void checkInitialLosses(const RecipeModel &recipe, std::size_t count)
{
    for (const GraphTask &task : recipe.analysis.tasks) {
        if (task.early.size() != count)
            throw Error("task '{}': expected {} initial losses, found {}", task.info.name, count, task.early.size());
        for (const auto &early : task.early)
            if (early.prediction == task.prediction || early.lossNode == task.lossNode)
                throw Error("task '{}': the final prediction is an initial one", task.info.name);
    }
}

} // namespace concord::test
