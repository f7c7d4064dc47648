#pragma once

#include "core/train/learner.h"
#include "core/train/progress.h"

#include <filesystem>
#include <string>

namespace concord {

/// Writes all that an exact resume needs as a safetensors file: "model.<parameter>", "buffer.<buffer>", "optimiser.<state>",
/// "balance.<state>" (float64), "learnable", "generator"; progress and the experiment's content id in the metadata. Atomic.
/// Returns the file's SHA-256. Throws Error (disk full, no permission) and StepFailure for weights that are not finite; the
/// old file stays.
std::string saveCheckpoint(const std::filesystem::path &file, Learner &learner, const Progress &progress, const std::string &contentId);

/// Puts a learner where the checkpoint's was. Throws Error for a damaged file or another experiment's; the learner is then of no
/// more use.
Progress loadCheckpoint(const std::filesystem::path &file, Learner &learner, const std::string &contentId);

/// The step at which a checkpoint was made. Throws Error for a damaged file. A killed process may leave a file newer than what the
/// store knows of it: the file is right.
std::int64_t checkpointStep(const std::filesystem::path &file);

/// Just parameters and buffers, to evaluate or export. Throws Error where they do not fit the model.
void loadWeights(const std::filesystem::path &file, Model &model);

} // namespace concord
