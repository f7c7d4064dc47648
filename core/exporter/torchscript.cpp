// TorchScript by tracing, without Python: the layers are mirrored into a torch::jit::Module that shares their tensors, the
// model's forward is recorded with that module as `self`, and a small scripted `forward` gives each task's output its name.
#include "core/exporter/export_file.h"
#include "core/exporter/exporter.h"

#include <torch/csrc/jit/api/module.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/serialization/import.h>

#include <nlohmann/json.hpp>

namespace concord {

namespace {

using ScriptModule = torch::jit::Module;

/// The child along `path` ("decoder", "conv1"), made where it is missing.
ScriptModule childOf(ScriptModule parent, const std::vector<std::string> &path)
{
    for (const std::string &name : path) {
        if (!parent.hasattr(name))
            parent.register_module(name, ScriptModule("concord." + name, parent._ivalue()->compilation_unit(), true));
        parent = parent.attr(name).toModule();
    }
    return parent;
}

void mirror(ScriptModule root, const std::string &name, const at::Tensor &value, bool isBuffer)
{
    std::vector<std::string> path = split(name, '.');
    const std::string leaf = path.back();
    path.pop_back();
    childOf(root, path).register_parameter(leaf, value, isBuffer);
}

/// {"segmentation": o[0], …} in TorchScript; task names are quoted as JSON, which TorchScript reads alike.
std::string namedForward(const Model &model)
{
    std::string entries;
    for (std::size_t t = 0; t < model.tasks().size(); ++t)
        entries += fmt::format("{}{}: o[{}]", t ? ", " : "", nlohmann::json(model.tasks()[t].info.name).dump(), t);
    return fmt::format("def forward(self, image: Tensor) -> Dict[str, Tensor]:\n    o = self.task_outputs(image)\n    return {{{}}}\n", entries);
}

ScriptModule traceModel(Model &model, const DatasetInfo &data, const at::Tensor &probe)
{
    ScriptModule root("concord.Model");
    for (const ModelParameter &parameter : model.parameters())
        mirror(root, parameter.name, parameter.value, false);
    for (const auto &[name, value] : model.buffers())
        mirror(root, name, value, true);
    if (model.mean().defined()) {
        mirror(root, "input_mean", model.mean(), true);
        mirror(root, "input_deviation", model.deviation(), true);
    }

    const auto run = [&model](torch::jit::Stack inputs) {
        std::vector<at::IValue> outputs;
        for (const at::Tensor &prediction : model.forward(inputs.at(0).toTensor()).predictions)
            outputs.emplace_back(prediction);
        return torch::jit::Stack{c10::ivalue::Tuple::create(std::move(outputs))};
    };
    const auto traced = torch::jit::tracer::trace({probe}, run, [](const torch::autograd::Variable &) { return ""; }, true, false, &root, {"image"});
    auto *method = root._ivalue()->compilation_unit()->create_function(c10::QualifiedName(*root.type()->name(), "task_outputs"), traced.first->graph);
    root.type()->addMethod(method);
    root.define(namedForward(model));

    c10::List<std::string> names;
    c10::Dict<std::string, c10::List<std::string>> classes;
    for (const ModelTask &task : model.tasks()) {
        names.push_back(task.info.name);
        classes.insert(task.info.name, c10::List<std::string>(task.info.classNames));
    }
    root.register_attribute("task_names", c10::ListType::ofStrings(), names);
    root.register_attribute("class_names", c10::DictType::create(c10::StringType::get(), c10::ListType::ofStrings()), classes);
    root.register_attribute("description", c10::StringType::get(), describeModel(model, data));
    return root;
}

/// The largest difference over all tasks; throws when shapes or names differ.
double difference(ScriptModule &script, Model &model, const at::Tensor &image)
{
    const auto named = script.forward({image}).toGenericDict();
    const std::vector<at::Tensor> live = model.forward(image).predictions;
    double largest = 0;
    for (std::size_t t = 0; t < live.size(); ++t) {
        const at::Tensor other = named.at(model.tasks()[t].info.name).toTensor();
        if (other.sizes() != live[t].sizes())
            throw Error("export: expected '{}' of shape {} from the written file, found {}", model.tasks()[t].info.name, shapeText(live[t].sizes().vec()), shapeText(other.sizes().vec()));
        largest = std::max(largest, (other - live[t]).abs().max().item<double>());
    }
    return largest;
}

} // namespace

class TorchscriptExporter : public Exporter
{
public:
    std::string extension() const override { return ".pt"; }

    double write(Model &model, const DatasetInfo &data, const at::Tensor &probe, const std::filesystem::path &out) override
    {
        at::NoGradGuard noGradient;
        model.setTraining(false);
        ScriptModule script = traceModel(model, data, probe);
        script.eval();
        return writeChecked(out, [&](const std::filesystem::path &file) {
            script.save(file.string());
            ScriptModule again = torch::jit::load(file.string(), model.device());
            // A second batch size proves that nothing of the probe's size was recorded.
            const double largest = std::max(difference(again, model, probe), difference(again, model, probe.narrow(0, 0, 1)));
            if (!(largest <= 1e-3))
                throw Error("export: expected the written model to agree with the live one within 0.001, found a difference of {:g}", largest);
            return largest;
        });
    }
};

static const Register<Exporter, TorchscriptExporter> registeredTorchscript{
    {.id = "torchscript", .title = "TorchScript", .summary = "Network and weights in one file for torch.jit.load in Python and C++; one named output per task"}};

} // namespace concord
