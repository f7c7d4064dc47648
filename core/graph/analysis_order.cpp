#include "core/base/text.h"
#include "core/graph/analysis_pass.h"

#include <algorithm>
#include <queue>

namespace concord {

/// Kahn's algorithm; among the nodes that are ready the data node goes first, then the smallest id.
void AnalysisPass::sortNodes()
{
    std::vector<int> waiting(items_.size());
    for (std::size_t i = 0; i < items_.size(); ++i)
        waiting[i] = int(items_[i].in.size());
    using Rank = std::pair<bool, std::size_t>;
    std::priority_queue<Rank, std::vector<Rank>, std::greater<>> ready;
    const auto push = [&](std::size_t i) { ready.emplace(i != data_, i); };
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (waiting[i] == 0)
            push(i);
    while (!ready.empty()) {
        const std::size_t i = ready.top().second;
        ready.pop();
        order_.push_back(i);
        for (const std::size_t link : items_[i].out)
            if (--waiting[links_[link].to] == 0)
                push(links_[link].to);
    }
    if (order_.size() < items_.size()) {
        reportCycle(waiting);
        return;
    }
    for (const std::size_t i : order_)
        result_.order.push_back(items_[i].node->id);
}

/// A node that still waits has a predecessor that still waits: going back from it must come round.
void AnalysisPass::reportCycle(const std::vector<int> &waiting)
{
    std::size_t i = std::size_t(std::ranges::find_if(waiting, [](int count) { return count > 0; }) - waiting.begin());
    std::vector<std::size_t> path;
    std::vector<bool> seen(items_.size());
    while (!seen[i]) {
        seen[i] = true;
        path.push_back(i);
        const auto &in = items_[i].in;
        i = links_[*std::ranges::find_if(in, [&](std::size_t link) { return waiting[links_[link].from] > 0; })].from;
    }
    std::vector<std::string> names = {items_[i].node->id};
    for (auto it = path.rbegin(); it != path.rend() && *it != i; ++it)
        names.push_back(items_[*it].node->id);
    // Starting at the smallest id gives a cycle one name; long ones are cut in the middle.
    std::ranges::rotate(names, std::ranges::min_element(names));
    const std::string first = names.front();
    if (names.size() > 8)
        names = {names[0], names[1], names[2], "…", names[names.size() - 2], names.back()};
    report(&items_[find(first)], "", fmt::format("expected links that lead only forward, found a cycle: {} → {}", join(names, " → "), first));
}

} // namespace concord
