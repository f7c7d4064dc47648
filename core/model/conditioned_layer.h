#pragma once

#include "core/model/conv_unit.h"
#include "core/model/residual_unit.h"

#include <functional>
#include <memory>

namespace concord {

/// One unit of a stage: convolutions one after the other with a ReLU between them, and where it is residual its input added to their end.
struct StageUnit
{
    std::vector<ConvOptions> convs;
    std::optional<ConvOptions> shortcut = {}; ///< what makes the input fit
    bool isResidual = false;

    /// Plain: one convolution. Throws Error.
    static std::vector<StageUnit> list(const std::string &kind, ResidualOptions first, std::int64_t blocks, bool areMaps);
};

/// A stage that runs once per task, in column t as task t does it: weights that all share, and what a task has of its own, which is for
/// derived classes to say.
class ConditionedLayer : public Layer
{
public:
    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override;
    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

protected:
    /// A convolution, or a linear map, and its normalisation.
    class TaskMap
    {
    public:
        virtual ~TaskMap() = default;
        virtual at::Tensor operator()(const at::Tensor &x, std::size_t task) const = 0;
    };

    /// For the constructor of the derived class.
    void addUnits(const std::vector<StageUnit> &units, const std::function<std::unique_ptr<TaskMap>(const ConvOptions &)> &make);

    /// The end of a residual unit's branch, before the unit's input is added.
    virtual at::Tensor endBranch(std::size_t /*unit*/, const at::Tensor &y, std::size_t /*task*/) const { return y; }
    /// Before a unit's last ReLU.
    virtual at::Tensor endUnit(const at::Tensor &y, std::size_t /*task*/) const { return y; }

private:
    struct Built
    {
        std::vector<std::unique_ptr<TaskMap>> maps;
        std::unique_ptr<TaskMap> shortcut;
        bool isResidual;
    };
    std::vector<Built> units_;
};

} // namespace concord
