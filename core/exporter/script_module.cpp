// Tracing without Python: the layers are mirrored into a torch::jit::Module that shares their tensors, the model's forward is
// recorded with that module as `self`, and the recorded outputs are given their tasks' names.
#include "core/exporter/script_module.h"

#include "core/base/text.h"

#include <array>
#include <algorithm>

#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/csrc/jit/ir/ir.h>

namespace concord {

namespace {

using ScriptModule = torch::jit::Module;

/// Words that cannot be members of a module in TorchScript's source text, and what a module has of its own.
constexpr std::array reservedNames = {
    "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else", "except", "False", "finally", "for", "from", "global",
    "if", "import", "in", "inf", "is", "lambda", "nan", "None", "nonlocal", "not", "or", "pass", "print", "raise", "return", "self", "True", "try", "while",
    "with", "yield", "annotate", "Module", "forward", "training", "class_names", "description", "input_deviation", "input_mean", "task_names"};

/// Never two names for one: "global" → "global_", "global_" → "global__".
std::string scriptName(const std::string &name)
{
    const std::string stem = name.substr(0, name.find_last_not_of('_') + 1);
    return std::ranges::find(reservedNames, stem) == reservedNames.end() ? name : name + "_";
}

/// The child along `path` ("decoder", "conv1"), made where it is missing.
ScriptModule childOf(ScriptModule parent, const std::vector<std::string> &path)
{
    for (const std::string &part : path) {
        const std::string name = scriptName(part);
        if (!parent.hasattr(name))
            // A type's name must be an identifier; an attribute's ("0") need not.
            parent.register_module(name, ScriptModule("concord.Block", parent._ivalue()->compilation_unit(), true));
        parent = parent.attr(name).toModule();
    }
    return parent;
}

void mirror(ScriptModule root, const std::string &name, const at::Tensor &value, bool isBuffer)
{
    std::vector<std::string> path = split(name, '.');
    const std::string leaf = scriptName(path.back());
    path.pop_back();
    childOf(root, path).register_parameter(leaf, value, isBuffer);
}

ScriptModule mirrored(const Model &model)
{
    ScriptModule root("concord.Model");
    for (const ModelParameter &parameter : model.parameters())
        mirror(root, parameter.name, parameter.value, false);
    for (const auto &[name, value] : model.buffers())
        mirror(root, name, value, true);
    if (model.mean().defined()) {
        root.register_buffer("input_mean", model.mean());
        root.register_buffer("input_deviation", model.deviation());
    }
    return root;
}

/// The recorded outputs become one dictionary by the tasks' names.
void nameOutputs(torch::jit::Graph &graph, const std::vector<ModelTask> &tasks)
{
    std::vector<torch::jit::Value *> names;
    for (const ModelTask &task : tasks)
        names.push_back(graph.insertConstant(task.info.name));
    torch::jit::Node *dictionary = graph.insertNode(graph.createDict(c10::StringType::get(), c10::TensorType::get(), names, graph.outputs()));
    while (!graph.outputs().empty())
        graph.eraseOutput(0);
    graph.registerOutput(dictionary->output());
}

} // namespace

ScriptModule scriptModel(Model &model, const at::Tensor &probe, const std::string &description)
{
    ScriptModule root = mirrored(model);
    const auto record = [&model](torch::jit::Stack inputs) {
        torch::jit::Stack outputs;
        for (const at::Tensor &prediction : model.forward(inputs.at(0).toTensor()).predictions)
            outputs.emplace_back(prediction);
        return outputs;
    };
    const auto unnamed = [](const torch::autograd::Variable &) { return std::string(); };
    const auto traced = torch::jit::tracer::trace({probe}, record, unnamed, /*strict=*/true, /*force_outplace=*/false, &root, {"image"});
    nameOutputs(*traced.first->graph, model.tasks());
    root.type()->addMethod(root._ivalue()->compilation_unit()->create_function(c10::QualifiedName(*root.type()->name(), "forward"), traced.first->graph));

    c10::List<std::string> names;
    c10::Dict<std::string, c10::List<std::string>> classes;
    for (const ModelTask &task : model.tasks()) {
        names.push_back(task.info.name);
        classes.insert(task.info.name, c10::List<std::string>(task.info.classNames));
    }
    root.register_attribute("task_names", c10::ListType::ofStrings(), names);
    root.register_attribute("class_names", c10::DictType::create(c10::StringType::get(), c10::ListType::ofStrings()), classes);
    root.register_attribute("description", c10::StringType::get(), description);
    root.eval();
    return root;
}

} // namespace concord
