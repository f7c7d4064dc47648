#pragma once

#include "core/model/model.h"
#include "core/store/run_event.h"

namespace concord {

/// What the model's layers decided in their last forward pass (Layer::probes), with tasks by their names. Waits for the device where
/// there is a layer that has something to tell.
std::vector<ProbeEvent> layerProbes(const Model &model, std::int64_t step);

} // namespace concord
