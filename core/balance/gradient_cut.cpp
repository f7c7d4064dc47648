#include "core/balance/gradient_cut.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace concord {

namespace {

std::string cutNames(const Model &model, const std::vector<int> &nodes)
{
    std::vector<std::string> names;
    for (const int node : nodes)
        names.push_back(model.nodes()[node].id);
    std::ranges::reverse(names); // walked from the back
    return join(names, ", ");
}

/// For each node, does it read from one of `from`, at any distance?
std::vector<bool> descendantsOf(const Model &model, const std::vector<int> &from)
{
    const auto &nodes = model.nodes();
    std::vector<bool> result(nodes.size(), false);
    for (std::size_t n = 0; n < nodes.size(); ++n) // topological
        for (const ModelNode::Source &source : nodes[n].inputs)
            result[n] = result[n] || (source.node >= 0 && (result[source.node] || std::ranges::find(from, source.node) != from.end()));
    return result;
}

} // namespace

GradientCut::GradientCut(const Model &model, GradientSource source, const std::vector<std::string> &named, const std::vector<int> &walked,
                         const std::vector<std::int64_t> &sizes, const std::vector<bool> &isTail)
    : source_(source)
    , late_(model.nodes().size(), false)
    , counts_(model.nodes().size(), false)
{
    if (isWhole())
        return;
    std::vector<int> nodes;
    for (const std::string &name : named) {
        const auto it = std::ranges::find(model.nodes(), trim(name), &ModelNode::id);
        const int index = int(it - model.nodes().begin());
        if (it == model.nodes().end() || std::ranges::find(walked, index) == walked.end()) {
            std::vector<std::string> known;
            for (const int node : walked)
                known.push_back(model.nodes()[node].id);
            throw Error("balance.cut: expected nodes that two or more tasks share ({}), found '{}'{}", join(known, ", "), trim(name),
                        didYouMean(trim(name), known));
        }
        nodes.push_back(index);
    }
    if (source == GradientSource::features)
        cutFeatures(model, nodes, isTail);
    else
        cutParameters(model, nodes, walked, sizes);
}

void GradientCut::cutFeatures(const Model &model, const std::vector<int> &named, const std::vector<bool> &isTail)
{
    std::set<std::pair<int, int>> found;
    const auto take = [&](const ModelNode::Source &source) {
        if (source.node >= 0 && !isTail[source.node])
            found.insert({source.node, source.output});
    };
    if (named.empty()) {
        for (const ModelTask &task : model.tasks()) {
            take(task.prediction);
            for (const ModelTask::Early &early : task.early)
                take(early.prediction);
        }
        for (std::size_t n = 0; n < model.nodes().size(); ++n)
            if (isTail[n])
                for (const ModelNode::Source &source : model.nodes()[n].inputs)
                    take(source);
    } else {
        for (const int node : named)
            for (int output = 0; output < model.nodes()[node].outputCount; ++output)
                found.insert({node, output});
    }
    outputs_.assign(found.begin(), found.end());
    std::vector<int> nodes;
    for (const auto &[node, output] : outputs_)
        if (nodes.empty() || nodes.back() != node)
            nodes.push_back(node);
    requireAllTasks(model, nodes);
    // Without names, gradients are taken as they come from the task-specific parts: several cut features count as one long one.
    if (!named.empty())
        markLate(model, nodes);
    text_ = fmt::format("task gradients are compared at the output of {}; everything before takes one weighted pass", cutNames(model, nodes));
}

void GradientCut::cutParameters(const Model &model, const std::vector<int> &named, const std::vector<int> &walked, const std::vector<std::int64_t> &sizes)
{
    std::vector<int> nodes = named;
    if (named.empty()) {
        std::vector<int> trained;
        for (std::size_t i = 0; i < walked.size(); ++i)
            if (sizes[i] > 0)
                trained.push_back(walked[i]);
        std::vector<bool> precedes(model.nodes().size(), false); // a shared node with parameters reads from it
        for (const int node : trained)
            for (const int other : trained)
                if (other != node && descendantsOf(model, {node})[other])
                    precedes[node] = true;
        for (const int node : trained)
            if (!precedes[node])
                nodes.push_back(node);
    }
    for (const int node : nodes) {
        const auto place = std::ranges::find(walked, node) - walked.begin();
        if (sizes[std::size_t(place)] == 0)
            throw Error("balance.cut: expected nodes with shared parameters, found '{}', which has none", model.nodes()[node].id);
        counts_[node] = true;
    }
    requireAllTasks(model, nodes);
    markLate(model, nodes);
    for (const int node : nodes)
        late_[node] = true;
    text_ = fmt::format("task gradients are compared at the parameters of {}; everything before takes one weighted pass", cutNames(model, nodes));
}

void GradientCut::markLate(const Model &model, const std::vector<int> &from)
{
    const std::vector<bool> behind = descendantsOf(model, from);
    for (std::size_t n = 0; n < behind.size(); ++n)
        late_[n] = late_[n] || behind[n];
}

void GradientCut::requireAllTasks(const Model &model, const std::vector<int> &nodes) const
{
    for (std::size_t task = 0; task < model.tasks().size(); ++task) {
        const bool reached =
            std::ranges::any_of(nodes, [&](int node) { return std::ranges::find(model.nodes()[node].tasks, int(task)) != model.nodes()[node].tasks.end(); });
        if (!reached)
            throw Error("balance.cut: expected every task to read something of the cut, found that '{}' does not read {}; name further nodes",
                        model.tasks()[task].info.name, nodes.empty() ? std::string("any shared block") : cutNames(model, nodes));
    }
}

} // namespace concord
