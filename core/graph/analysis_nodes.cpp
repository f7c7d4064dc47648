#include "core/base/text.h"
#include "core/graph/analysis_pass.h"

#include <algorithm>

namespace concord {

void AnalysisPass::makeNodes()
{
    std::vector<const Node *> sorted;
    sorted.reserve(graph_.nodes.size());
    for (const Node &node : graph_.nodes)
        sorted.push_back(&node);
    std::ranges::stable_sort(sorted, {}, [](const Node *node) -> const std::string & { return node->id; });

    items_.reserve(sorted.size());
    for (const Node *node : sorted) {
        if (!items_.empty() && items_.back().node->id == node->id) {
            report(&items_.back(), "", "expected each node id once, found another node of this id; only one of them is used");
            continue;
        }
        const auto place = result_.nodes.emplace_hint(result_.nodes.end(), node->id, NodeFacts{});
        items_.push_back({.node = node, .facts = &place->second});
        const bool valid = !node->id.empty() && node->id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
        if (!valid)
            report(&items_.back(), "", fmt::format("expected a node id of lower-case letters, digits and _, found '{}'", node->id));
        makeNode(items_.back());
    }
}

void AnalysisPass::makeNode(Item &item)
{
    const Node &node = *item.node;
    NodeFacts &facts = *item.facts;
    const BlockRegistry::Entry *entry = BlockRegistry::instance().find(node.type);
    facts.title = !node.title.empty() ? node.title : entry ? entry->card.title : node.type;
    if (!entry) {
        item.failed = true;
        report(&item, "", fmt::format("expected a known block type, found '{}'{}", node.type, didYouMean(node.type, BlockRegistry::instance().ids())));
        return;
    }
    facts.category = entry->card.category;
    // A data node looks at its files when it is asked for its ports: whatever happens there is a problem of the graph.
    try {
        std::unique_ptr<Block> block = entry->make();
        if (!node.params.empty())
            for (const ParamProblem &problem : readParams(*block, node.params))
                report(&item, "", fmt::format("parameter '{}': {}", problem.name, problem.message), Severity::error, paramFix(item, problem));
        item.inputs.setListed(block->inputs());
        item.outputs.setListed(block->outputs());
        facts.summary = block->summary();
        facts.block = std::move(block);
    } catch (const std::exception &error) {
        item.failed = true;
        report(&item, "", error.what());
    }
}

void AnalysisPass::findSpecial()
{
    const auto one = [this](const char *category, const char *what, std::string &id) {
        std::size_t first = none;
        for (std::size_t i = 0; i < items_.size(); ++i) {
            if (!is(i, category))
                continue;
            if (first == none)
                first = i;
            else
                report(&items_[i], "", fmt::format("expected one {} node, found another: '{}'", what, items_[first].node->id));
        }
        if (first == none)
            report(nullptr, "", fmt::format("expected a {} node in the graph, found none", what));
        else
            id = items_[first].node->id;
        return first;
    };
    data_ = one("Data", "data", result_.dataNode);
    balance_ = one("Balance", "balance", result_.balanceNode);
}

} // namespace concord
