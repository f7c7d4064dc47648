#include "core/base/text.h"
#include "core/graph/analysis_pass.h"
#include "core/graph/node_block.h"

#include <algorithm>

namespace concord {

namespace {

std::optional<ParamSpec> paramSpec(const Node &node, const std::string &name)
{
    const std::unique_ptr<Block> block = makeBlock(node);
    if (block)
        for (ParamSpec &spec : listParams(*block))
            if (spec.name == name)
                return std::move(spec);
    return std::nullopt;
}

} // namespace

/// A number out of range goes to its nearest bound, a misspelt choice to the word that was probably meant.
std::optional<Fix> AnalysisPass::paramFix(const Item &item, const ParamProblem &problem) const
{
    const std::optional<ParamSpec> spec = paramSpec(*item.node, problem.name);
    const auto given = item.node->params.find(problem.name);
    if (!spec || given == item.node->params.end())
        return std::nullopt;
    std::optional<ParamValue> value;
    if (const std::string *text = std::get_if<std::string>(&given->second); text && std::holds_alternative<std::string>(spec->value)) {
        if (const std::string best = nearestWord(*text, spec->info.choices); !best.empty())
            value = best;
    } else if (const auto *whole = std::get_if<std::int64_t>(&given->second); whole && std::holds_alternative<std::int64_t>(spec->value)) {
        value = std::int64_t(std::clamp(double(*whole), spec->info.min, spec->info.max));
    } else if (std::holds_alternative<double>(spec->value) && (given->second.index() == 1 || given->second.index() == 2)) {
        const auto *number = std::get_if<double>(&given->second);
        value = std::clamp(number ? *number : double(std::get<std::int64_t>(given->second)), spec->info.min, spec->info.max);
    }
    if (!value)
        return std::nullopt;
    return Fix{.label = fmt::format("Set {} to {}", problem.name, paramText(*value)), .node = item.node->id, .param = problem.name, .value = *value};
}

/// A loss refuses its prediction, and the node that decides on the number of channels was set to another number of classes than the
/// label has. That node is the nearest one behind the prediction with a parameter `classes`.
std::optional<Fix> AnalysisPass::classesFix(const Item &loss) const
{
    std::size_t prediction = none;
    std::int64_t classes = 0;
    for (std::size_t i = 0; i < loss.inLink.size(); ++i) {
        if (loss.inLink[i] == none)
            continue;
        const Port &port = loss.facts->inputs[i];
        if (port.type == PortType::label)
            classes = loss.facts->inputTypes.at(port.id).task.classes;
        else if (prediction == none)
            prediction = links_[loss.inLink[i]].from;
    }
    if (classes <= 0)
        return std::nullopt;
    while (prediction != none) {
        const Item &item = items_[prediction];
        if (const std::optional<ParamSpec> spec = paramSpec(*item.node, "classes")) {
            const auto *present = std::get_if<std::int64_t>(&spec->value);
            if (!present || *present == classes)
                return std::nullopt;
            return Fix{.label = fmt::format("Set classes to {}", classes), .node = item.node->id, .param = "classes", .value = classes};
        }
        prediction = item.in.size() == 1 ? links_[item.in.front()].from : none;
    }
    return std::nullopt;
}

} // namespace concord
