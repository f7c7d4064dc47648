#pragma once

#include "core/model/model.h"

#include <filesystem>
#include <functional>
#include <string>

namespace concord {

/// Calls `write` with the name of a temporary file beside `out`, which becomes `out` only when it returns; whatever it throws
/// leaves no file, and an `out` that was there stays. Returns what `write` returned. Throws Error.
double writeChecked(const std::filesystem::path &out, const std::function<double(const std::filesystem::path &)> &write);

/// Tasks with kinds, units and class names, the input's shape and normalisation: JSON, stored inside exported files.
/// `sizeIsFree`: images may have another height and width.
std::string describeModel(const Model &model, const DatasetInfo &data, bool sizeIsFree = false);

} // namespace concord
