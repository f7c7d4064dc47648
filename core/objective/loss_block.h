#pragma once

#include "core/graph/block.h"

namespace at { class Tensor; }

namespace concord {

/// A loss node: inputs "prediction" and "label", output "loss". One file each in core/objective/loss.
class LossBlock : public Block
{
public:
    /// Scalar mean over the known values; zero with a gradient path when nothing is known (never 0/0).
    /// prediction [N, C, H, W] or [N, C]; label [N, label shape] float; present [N] bool: samples that have the label.
    /// Computes in float32, or in float64 for float64 predictions. Reads no value back from the device.
    virtual at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const = 0;

    /// The task kinds it can be used for.
    virtual std::vector<TaskKind> kinds() const = 0;

    /// Called by the model compiler with the label's task, before the first loss().
    void setTask(const TaskInfo &task) { task_ = task; }
    const TaskInfo &task() const { return task_; }

    std::vector<Port> inputs() const override;
    std::vector<Port> outputs() const override;
    /// Checks kind, channels and sizes against the label; throws Error("expected 11 channels for 11 classes, found 8").
    Inference infer(const PortTypes &inputs, int repeats) const override;

private:
    TaskInfo task_ = {};
};

} // namespace concord
