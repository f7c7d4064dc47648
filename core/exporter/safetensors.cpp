#include "core/tensor/safetensors.h"

#include "core/exporter/export_file.h"
#include "core/exporter/exporter.h"

namespace concord {

/// Weights and running statistics by name; the description of tasks and normalisation in the metadata.
class SafetensorsExporter : public Exporter
{
public:
    std::string extension() const override { return ".safetensors"; }

    double write(Model &model, const DatasetInfo &data, const at::Tensor &, const std::filesystem::path &out) override
    {
        NamedTensors tensors = model.buffers();
        for (const ModelParameter &parameter : model.parameters())
            tensors.emplace_back(parameter.name, parameter.value);
        for (auto &[name, value] : tensors)
            value = value.detach().cpu().contiguous();
        return writeChecked(out, [&](const std::filesystem::path &file) {
            saveSafetensors(file, tensors, {{"concord", describeModel(model, data)}});
            const Safetensors again = loadSafetensors(file);
            for (const auto &[name, value] : tensors) {
                const auto it = again.tensors.find(name);
                if (it == again.tensors.end() || it->second.scalar_type() != value.scalar_type() || !it->second.equal(value))
                    throw Error("export: expected '{}' in the written file as in the live model, found it different", name);
            }
            return 0.0;
        });
    }
};

static const Register<Exporter, SafetensorsExporter> registeredSafetensors{
    {.id = "safetensors", .title = "Safetensors", .summary = "Weights by name, for any program that reads safetensors; no code inside"}};

} // namespace concord
