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

/// A loss refuses its prediction because the node that decides on its channels was set to another number than the label has. That node
/// is the nearest one behind the prediction with a parameter `classes` or `values`. Offered only when it was tried and does cure it.
std::optional<Fix> AnalysisPass::classesFix(const Item &loss) const
{
    std::size_t at = none;   // the link under the loss's prediction
    std::int64_t classes = 0;
    for (std::size_t i = 0; i < loss.inLink.size(); ++i) {
        if (loss.inLink[i] == none)
            continue;
        const Port &port = loss.facts->inputs[i];
        if (port.type == PortType::label)
            classes = loss.facts->inputTypes.at(port.id).task.classes;
        else if (at == none)
            at = loss.inLink[i];
    }
    std::vector<std::size_t> path;
    while (classes > 0 && at != none) {
        path.push_back(at);
        const Item &item = items_[links_[at].from];
        for (const char *name : {"classes", "values"}) {
            const std::optional<ParamSpec> spec = paramSpec(*item.node, name);
            const auto *present = spec ? std::get_if<std::int64_t>(&spec->value) : nullptr;
            if (present) {
                const Fix fix{.label = fmt::format("Set {} to {}", name, classes), .node = item.node->id, .param = name, .value = classes};
                return *present != classes && cures(fix, path) ? std::optional(fix) : std::nullopt;
            }
        }
        at = item.in.size() == 1 ? item.in.front() : none;
    }
    return std::nullopt;
}

/// Infers along the links from the changed node to the loss, which come loss first.
bool AnalysisPass::cures(const Fix &fix, const std::vector<std::size_t> &path) const
{
    const Item &start = items_[links_[path.back()].from];
    Node changed = *start.node;
    changed.params[fix.param] = fix.value;
    try {
        std::vector<ParamProblem> problems;
        PortTypes outputs = makeBlock(changed, &problems)->infer(start.facts->inputTypes, start.facts->repeats).outputs;
        for (auto it = path.rbegin(); it != path.rend(); ++it) {
            const Link &link = links_[*it];
            const NodeFacts &next = *items_[link.to].facts;
            PortTypes inputs = next.inputTypes;
            inputs[link.edge->to.port] = outputs.at(link.edge->from.port);
            outputs = next.block->infer(inputs, next.repeats).outputs;
        }
        return problems.empty();
    } catch (const std::exception &) {
        return false;   // it is still refused
    }
}

} // namespace concord
