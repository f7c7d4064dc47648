#include "core/graph/analysis.h"

#include "core/graph/analysis_pass.h"

#include <algorithm>

namespace concord {

bool Analysis::runnable() const
{
    return std::ranges::none_of(problems, [](const Problem &problem) { return problem.severity == Severity::error; });
}

std::string Analysis::firstError() const
{
    const auto it = std::ranges::find(problems, Severity::error, &Problem::severity);
    return it == problems.end() ? "" : it->message;
}

Analysis analyse(const TaskGraph &graph)
{
    Analysis result;
    AnalysisPass(graph, result).run();
    return result;
}

void AnalysisPass::run()
{
    makeNodes();
    findSpecial();
    readLinks();
    expandPorts();
    joinLinks();
    sortNodes();
    inferTypes();
    findTasks();
    sumCosts();
    askBlocks();
    lint();
    std::ranges::stable_sort(result_.problems, std::greater(), &Problem::severity);
}

/// Only of a graph without errors, so that blocks need not doubt it.
void AnalysisPass::askBlocks()
{
    if (!result_.runnable())
        return;
    for (const Item &item : items_)
        if (item.facts->block)
            if (const std::string refusal = item.facts->block->refusal(graph_, result_); !refusal.empty())
                report(&item, "", refusal);
}

std::size_t AnalysisPass::find(const std::string &id) const
{
    const auto it = std::ranges::lower_bound(items_, id, {}, [](const Item &item) -> const std::string & { return item.node->id; });
    return it != items_.end() && it->node->id == id ? std::size_t(it - items_.begin()) : none;
}

void AnalysisPass::report(const Item *item, const std::string &port, const std::string &message, Severity severity, std::optional<Fix> fix)
{
    result_.problems.push_back({.severity = severity,
                                .node = item ? item->node->id : "",
                                .port = port,
                                .message = item ? item->node->id + ": " + message : message,
                                .fix = std::move(fix)});
}

} // namespace concord
