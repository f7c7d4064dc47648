#pragma once

#include "core/probe/device_batch.h"
#include "core/store/run_event.h"

#include <memory>
#include <vector>

namespace concord {

/// What the model says of a few validation samples, always the same ones, spread evenly over the set.
class PredictionProbe
{
  public:
    PredictionProbe(Model &model, const Dataset &validation, std::int64_t samples, bool channelsLast);

    /// Image, truths and predictions of every sample.
    std::vector<PredictionEvent> measure(std::int64_t step);

  private:
    Model &model_;
    DeviceBatch batch_;
    std::vector<PredictionEvent> fixed_; ///< images and truths
};

} // namespace concord
