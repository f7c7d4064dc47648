#pragma once

#include "core/store/run_store.h"

#include <filesystem>

namespace concord::test {

/// Writes a finished run of 600 steps of the three-task example as the trainer would: losses, weights, validation every 100 steps,
/// Gramians of five blocks, predictions of two rendered rooms. Gives its number.
int writeSyntheticRun(const std::filesystem::path &file, const std::string &name = "cagrad c=0.4", double level = 1);

} // namespace concord::test
