#pragma once

#include "core/base/registry.h"
#include "core/model/model.h"

#include <filesystem>

namespace concord {

/// Writes a trained model. One file each in core/exporter.
class Exporter
{
public:
    virtual ~Exporter() = default;
    /// Writes `out` atomically and checks it: returns the largest absolute difference between the reloaded file and the live
    /// model on `probe` [N, …] (0 where the format has no forward). Throws Error and leaves no file when they differ.
    virtual double write(Model &model, const DatasetInfo &data, const at::Tensor &probe, const std::filesystem::path &out) = 0;
    virtual std::string extension() const = 0;   ///< ".pt"
};

using ExporterRegistry = Registry<Exporter>;

} // namespace concord
