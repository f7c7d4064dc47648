#pragma once

#include "core/model/model.h"

namespace concord {

/// While it lives the model is in evaluation and nothing is recorded for gradients. Not ATen's inference mode: a layer that
/// keeps a tensor from its first forward could not train with it later.
class EvaluationMode
{
  public:
    explicit EvaluationMode(Model &model)
        : model_(model)
    {
        model_.setTraining(false);
    }
    ~EvaluationMode() { model_.setTraining(true); }
    EvaluationMode(const EvaluationMode &) = delete;
    EvaluationMode &operator=(const EvaluationMode &) = delete;

  private:
    Model &model_;
    at::NoGradGuard noGrad_;
};

} // namespace concord
