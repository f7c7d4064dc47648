#include "core/base/text.h"
#include "core/exporter/export_file.h"
#include "core/exporter/exporter.h"
#include "core/exporter/script_module.h"
#include "core/probe/evaluation_mode.h"

#include <algorithm>

#include <torch/csrc/jit/serialization/import.h>

namespace concord {

namespace {

/// Float rounding in another order of operations stays below this share of a prediction's size.
constexpr double scriptTolerance = 1e-3;

/// The largest difference over all tasks; throws where the files differ by more than rounding.
double scriptDifference(torch::jit::Module &script, Model &model, const at::Tensor &image)
{
    const auto named = script.forward({image}).toGenericDict();
    const std::vector<at::Tensor> live = model.forward(image).predictions;
    double largest = 0;
    for (std::size_t t = 0; t < live.size(); ++t) {
        const std::string &task = model.tasks()[t].info.name;
        const at::Tensor written = named.at(task).toTensor();
        if (written.sizes() != live[t].sizes())
            throw Error("export: expected '{}' of shape {} from the written file, found {}", task, shapeText(live[t].sizes().vec()), shapeText(written.sizes().vec()));
        const double size = std::max(1.0, live[t].abs().max().item<double>());
        const double difference = (written - live[t]).abs().max().item<double>();
        if (!(difference <= scriptTolerance * size))   // not a number is no agreement either
            throw Error("export: expected '{}' from the written file as from the live model within {:g}, found a difference of {:g}", task, scriptTolerance * size, difference);
        largest = std::max(largest, difference);
    }
    return largest;
}

/// Does the recording hold for images of another height and width? Layers of fixed width (a flattened map) forbid it.
bool sizeIsFree(torch::jit::Module &script, Model &model, const at::Tensor &probe)
{
    if (probe.dim() != 4)
        return false;
    try {
        scriptDifference(script, model, probe.narrow(0, 0, 1).repeat({1, 1, 2, 3}));
        return true;
    } catch (const std::exception &) {
        return false;
    }
}

} // namespace

/// The network with its weights; its input is an image as the data set gives it, normalised inside.
class TorchscriptExporter : public Exporter
{
public:
    std::string extension() const override { return ".pt"; }

    double write(Model &model, const DatasetInfo &data, const at::Tensor &probe, const std::filesystem::path &out) override
    {
        const EvaluationMode evaluation(model);
        return writeChecked(out, [&](const std::filesystem::path &file) {
            torch::jit::Module script = scriptModel(model, probe, {});
            script.setattr("description", describeModel(model, data, sizeIsFree(script, model, probe)));
            script.save(file.string());
            torch::jit::Module again = torch::jit::load(file.string(), model.device());
            // A second batch size proves that the probe's was not recorded.
            return std::max(scriptDifference(again, model, probe), scriptDifference(again, model, probe.narrow(0, 0, 1)));
        });
    }
};

static const Register<Exporter, TorchscriptExporter> registeredTorchscript{
    {.id = "torchscript", .title = "TorchScript", .summary = "Network and weights in one file for torch.jit.load in Python and C++; one named output per task"}};

} // namespace concord
