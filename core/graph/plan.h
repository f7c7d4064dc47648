#pragma once

#include "core/base/params.h"

#include <string>

namespace concord {

/// What is not topology. The parameters of the optimiser and schedule are not visited: what they may be is known to their registries in
/// a later room. Documents and setPath name them plan.optimiser.<name> and plan.schedule.<name>.
class Plan : public Parametrised
{
public:
    std::string optimiser = "adam";
    ParamMap optimiserParams = {};
    std::string schedule = "constant";
    ParamMap scheduleParams = {};
    std::int64_t warmupSteps = 0;
    std::int64_t epochs = 10;
    std::int64_t steps = 0;              ///< 0: as many as the epochs need
    std::int64_t batch = 16;
    std::int64_t accumulate = 1;         ///< batches per update
    std::vector<std::string> freeze = {}; ///< ids of nodes whose parameters stay as they are
    std::vector<std::string> rates = {};  ///< "node=factor": learning rates of single nodes as multiples of the plan's
    std::string device = "cpu";          ///< "cpu", "cuda", "cuda:1"
    std::string precision = "float32";   ///< "float32", "bfloat16"
    std::int64_t threads = 0;            ///< 0: all cores
    std::int64_t loaderThreads = 1;
    std::int64_t seed = 1;
    double clipNorm = 0;                 ///< 0: no clipping
    bool channelsLast = true;
    bool flip = false;                   ///< augmentation: horizontal flip
    double cropScale = 0;                ///< augmentation: random crop of up to this share, scaled back
    std::int64_t evaluateEvery = 0;      ///< steps; 0: at each epoch's end
    std::int64_t checkpointEvery = 0;    ///< steps; 0: with each evaluation
    std::int64_t patience = 0;           ///< evaluations without a better mean before stopping early; 0: never
    std::int64_t conflictEvery = 10;     ///< steps between Gramians when the method has none; 0: never
    std::int64_t probeBatch = 8;         ///< samples whose predictions are kept at each evaluation
    std::int64_t gramianEvery = 1;       ///< store every n-th Gramian of methods that make one each step

    void params(ParamVisitor &visitor) override;

    bool operator==(const Plan &) const = default;
};

} // namespace concord
