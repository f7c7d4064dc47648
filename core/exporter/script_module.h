#pragma once

#include "core/model/model.h"

#include <string>

#include <torch/csrc/jit/api/module.h>

namespace concord {

/// The model in evaluation as TorchScript, without Python: forward(image) gives {"<task>": prediction} in the order of the
/// tasks. Parameters and buffers keep their names, but for names that TorchScript reserves: those get a "_" behind them.
/// Attributes: task_names, class_names by task, description. The tensors are the model's own.
torch::jit::Module scriptModel(Model &model, const at::Tensor &probe, const std::string &description);

} // namespace concord
