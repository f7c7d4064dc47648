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
    virtual at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const = 0;

    /// The task kinds it can be used for.
    virtual std::vector<TaskKind> kinds() const = 0;

    std::vector<Port> inputs() const override;
    std::vector<Port> outputs() const override;
    /// Checks kind, channels and sizes against the label; throws Error("expected 11 channels for 11 classes, found 8").
    Inference infer(const PortTypes &inputs, int repeats) const override;
};

} // namespace concord
