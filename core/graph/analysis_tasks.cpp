#include "core/graph/analysis_pass.h"

#include <bit>
#include <limits>
#include <map>

namespace concord {

void AnalysisPass::findTasks()
{
    for (std::size_t i = 0; i < items_.size(); ++i)
        if (is(i, "Losses"))
            for (std::size_t port = 0; port < items_[i].inLink.size(); ++port)
                if (const std::size_t link = items_[i].inLink[port];
                    link != none && links_[link].from != none && items_[i].facts->inputs[port].type != PortType::label
                    && items_[i].facts->inputs[port].type != PortType::loss)
                    items_[links_[link].from].facts->predicts = true;
    if (balance_ == none)
        return;
    const Item &balance = items_[balance_];
    for (const std::size_t link : balance.inLink)
        if (link != none && links_[link].carries)
            lossItems_.push_back(links_[link].from);
    if (lossItems_.empty() && balance.facts->block)
        report(&balance, "", "expected a link from at least one loss, found none");
    for (std::size_t number = 0; number < lossItems_.size(); ++number)
        describeTask(lossItems_[number], number);
    checkTasks();
    spreadTasks();
}

void AnalysisPass::describeTask(std::size_t loss, std::size_t number)
{
    Item &item = items_[loss];
    GraphTask task;
    if (const std::vector<std::size_t> losses = summedLosses(loss); losses.empty())
        readLoss(loss, task);
    else
        readSum(loss, losses, task);
    // Without the data the label still says which task was meant.
    if (task.info.name.empty())
        task.info.name = task.label.port.empty() ? task.lossNode : task.label.port.substr(task.label.port.find('.') + 1);
    item.reached.resize(number / 64 + 1);
    item.reached[number / 64] |= std::uint64_t(1) << number % 64;
    result_.tasks.push_back(std::move(task));
}

/// The losses that a node adds up, in the order of its inputs; none for a loss on a prediction.
std::vector<std::size_t> AnalysisPass::summedLosses(std::size_t item) const
{
    std::vector<std::size_t> result;
    for (std::size_t port = 0; port < items_[item].inLink.size(); ++port)
        if (const std::size_t link = items_[item].inLink[port]; link != none && links_[link].from != none && items_[item].facts->inputs[port].type == PortType::loss)
            result.push_back(links_[link].from);
    return result;
}

void AnalysisPass::readLoss(std::size_t loss, GraphTask &task)
{
    Item &item = items_[loss];
    task.lossNode = item.node->id;
    for (std::size_t i = 0; i < item.inLink.size(); ++i) {
        if (item.inLink[i] == none)
            continue;
        const Link &link = links_[item.inLink[i]];
        const Port &port = item.facts->inputs[i];
        if (port.type != PortType::label) {
            if (task.prediction.node.empty())
                task.prediction = link.edge->from;
            continue;
        }
        task.label = link.edge->from;
        if (const auto type = item.facts->inputTypes.find(port.id); type != item.facts->inputTypes.end())
            task.info = type->second.task;
    }
}

/// The first loss is the task's: its prediction is measured and exported. The others supervise earlier predictions of the same label.
void AnalysisPass::readSum(std::size_t sum, const std::vector<std::size_t> &losses, GraphTask &task)
{
    for (const std::size_t loss : losses) {
        if (!summedLosses(loss).empty()) {
            report(&items_[sum], "loss", fmt::format("expected losses on predictions, found '{}', which is a sum itself", items_[loss].node->id));
            continue;
        }
        GraphTask part;
        readLoss(loss, part);
        if (task.lossNode.empty()) {
            task = std::move(part);
            continue;
        }
        if (!part.label.node.empty() && part.label != task.label)
            report(&items_[loss], "label", fmt::format("expected the label of the sum's first loss, '{}.{}', found '{}.{}'", task.label.node, task.label.port, part.label.node, part.label.port));
        task.early.push_back({part.lossNode, part.prediction});
    }
    task.sumNode = items_[sum].node->id;
}

void AnalysisPass::checkTasks()
{
    std::map<std::string, const GraphTask *> byLoss;
    std::map<PortRef, const GraphTask *> byLabel;
    std::map<std::string, const GraphTask *> byName;
    for (std::size_t number = 0; number < result_.tasks.size(); ++number) {
        const GraphTask &task = result_.tasks[number];
        const Item &loss = items_[lossItems_[number]];
        bool isNewLoss = byLoss.emplace(task.lossNode, &task).second;
        for (const GraphTask::EarlyLoss &early : task.early)
            isNewLoss = byLoss.emplace(early.lossNode, &task).second && isNewLoss;
        if (!isNewLoss) {
            report(&loss, "", task.sumNode.empty() ? "expected one link to the balance node, found two" : "expected each loss once in sums and at the balance node, found one twice");
            continue;
        }
        if (task.label.node.empty())
            continue;
        if (const auto [first, isNew] = byLabel.emplace(task.label, &task); !isNew)
            report(&loss, "label",
                   fmt::format("expected a label of its own, found '{}.{}', which '{}' uses too", task.label.node, task.label.port, first->second->lossNode));
        else if (const auto [same, isNewName] = byName.emplace(task.info.name, &task); !isNewName)
            report(&loss, "label", fmt::format("expected a task name of its own, found '{}', which '{}' has too", task.info.name, same->second->lossNode));
    }
}

/// Against the direction of the links, one bit per task. Without a cycle one sweep does it.
void AnalysisPass::spreadTasks()
{
    const std::size_t words = (lossItems_.size() + 63) / 64;
    for (Item &item : items_)
        item.reached.resize(words);
    std::vector<std::size_t> sweep = order_;
    if (sweep.size() < items_.size()) {
        std::vector<bool> sorted(items_.size());
        for (const std::size_t i : order_)
            sorted[i] = true;
        for (std::size_t i = 0; i < items_.size(); ++i)
            if (!sorted[i])
                sweep.push_back(i);
    }
    for (bool changed = true; changed;) {
        changed = false;
        for (auto it = sweep.rbegin(); it != sweep.rend(); ++it)
            for (const std::size_t link : items_[*it].in)
                for (std::size_t word = 0; word < words; ++word) {
                    std::uint64_t &reached = items_[links_[link].from].reached[word];
                    const std::uint64_t merged = reached | items_[*it].reached[word];
                    changed = changed || merged != reached;
                    reached = merged;
                }
    }
    for (std::size_t task = 0; task < lossItems_.size(); ++task)
        items_[balance_].reached[task / 64] |= std::uint64_t(1) << task % 64;
    for (Item &item : items_)
        for (std::size_t word = 0; word < words; ++word)
            for (std::uint64_t bits = item.reached[word]; bits != 0; bits &= bits - 1)
                item.facts->tasks.push_back(int(word) * 64 + std::countr_zero(bits));
}

void AnalysisPass::sumCosts()
{
    const auto add = [](std::int64_t &sum, std::int64_t value) {
        if (__builtin_add_overflow(sum, value, &sum))
            sum = std::numeric_limits<std::int64_t>::max();
    };
    for (std::size_t i = 0; i < items_.size(); ++i) {
        const NodeFacts &facts = *items_[i].facts;
        add(result_.parameters, facts.parameters);
        add(result_.macs, facts.macs);
        // A method's own weights belong to no task and are not shared between them.
        if (facts.tasks.size() >= 2 && i != balance_)
            add(result_.sharedParameters, facts.parameters);
    }
}

} // namespace concord
