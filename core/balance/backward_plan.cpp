#include "core/balance/backward_plan.h"

#include "core/base/text.h"

#include <fmt/format.h>

#include <algorithm>

namespace concord {

BackwardPlan::BackwardPlan(Model &model, const BackwardOptions &options)
{
    findTails(model);
    listParameters(model);
    cut_ = makeCut(model, options);
    chooseWays(model, options);
}

GradientCut BackwardPlan::makeCut(const Model &model, const BackwardOptions &options) const
{
    if (model.tasks().size() < 2) // nothing to compare
        return {};
    std::vector<int> indices;
    std::vector<std::int64_t> sizes;
    for (const WalkedNode &node : walked_) {
        indices.push_back(node.index);
        sizes.push_back(node.size);
    }
    return GradientCut(model, options.source, options.cut, indices, sizes, isTail_);
}

void BackwardPlan::findTails(const Model &model)
{
    const auto &nodes = model.nodes();
    std::vector<std::vector<int>> consumers(nodes.size());
    for (std::size_t n = 0; n < nodes.size(); ++n)
        for (const ModelNode::Source &source : nodes[n].inputs)
            if (source.node >= 0)
                consumers[source.node].push_back(int(n));

    isTail_.assign(nodes.size(), false);
    for (std::size_t n = nodes.size(); n-- > 0;)
        isTail_[n] = nodes[n].tasks.size() == 1 && std::ranges::all_of(consumers[n], [this](int c) { return isTail_[c]; });

    std::vector<int> wave(nodes.size(), 1);
    for (const ModelTask &task : model.tasks()) {
        const int source = task.prediction.node;
        const bool alone = isTail_[source] && consumers[source].empty();
        int readers = 0;
        for (const ModelTask &other : model.tasks()) {
            readers += other.prediction.node == source;
            for (const ModelTask::Early &early : other.early)
                readers += early.prediction.node == source;
        }
        attached_.push_back(alone && readers == 1);
        if (attached_.back())
            wave[source] = 0; // done by the losses' own backward pass
    }
    for (std::size_t n = nodes.size(); n-- > 0;) {
        if (!isTail_[n])
            continue;
        for (const int consumer : consumers[n])
            wave[n] = std::max(wave[n], wave[consumer] + 1);
        tails_.push_back(int(n));
        if (wave[n] == 0)
            continue;
        waves_.resize(std::max<std::size_t>(waves_.size(), std::size_t(wave[n])));
        waves_[wave[n] - 1].push_back(int(n));
    }
}

void BackwardPlan::listParameters(const Model &model)
{
    const auto &nodes = model.nodes();
    std::vector<bool> trains(nodes.size(), false); // it or something before it has parameters
    for (const ModelParameter &parameter : model.parameters())
        trains[parameter.node] = trains[parameter.node] || !parameter.tasks.empty();
    for (std::size_t n = 0; n < nodes.size(); ++n)
        for (const ModelNode::Source &source : nodes[n].inputs)
            trains[n] = trains[n] || (source.node >= 0 && trains[source.node]);

    for (std::size_t n = nodes.size(); n-- > 0;) {
        if (isTail_[n] || !trains[n])
            continue;
        WalkedNode node;
        node.index = int(n);
        for (std::size_t i = 0; i < nodes[n].inputs.size(); ++i)
            if (const int source = nodes[n].inputs[i].node; source >= 0 && trains[source])
                node.wanted.push_back(int(i));
        for (const ModelParameter &parameter : model.parameters()) {
            if (parameter.node != int(n) || parameter.tasks.empty())
                continue;
            if (parameter.tasks.size() == 1) {
                node.own.push_back({parameter.value, parameter.tasks.front()});
                hasWalkedOwn_ = true;
                continue;
            }
            node.shared.push_back({parameter.value, parameter.tasks, node.size});
            node.size += parameter.value.numel();
            sharedParameters_.push_back(parameter.value);
        }
        walked_.push_back(std::move(node));
    }
}

void BackwardPlan::chooseWays(const Model &model, const BackwardOptions &options)
{
    const auto [rowsOnly, rowBudgetBytes] = std::pair(options.rowsOnly, options.rowBudgetBytes);
    const auto tasks = std::int64_t(model.tasks().size());
    const auto bytes = [tasks](std::int64_t numbers) { return double(numbers) * double(tasks) * sizeof(float); };
    std::vector<std::string> batched;
    std::vector<std::string> again;
    int kept = 0;
    for (WalkedNode &node : walked_) {
        const ModelNode &of = model.nodes()[node.index];
        // Rows of a linear layer take twice the work of its input gradients, and the weighted pass as much as one task's:
        // with two tasks nothing is gained.
        const bool sameTasks = std::ranges::all_of(node.shared, [&](const SharedParameter &p) { return p.tasks == of.tasks; });
        const bool canBatch = of.layer->canBackwardMany() && of.inputs.size() == 1 && of.outputCount == 1 && of.upsampleAfter <= 1;
        if (!rowsOnly && canBatch && node.own.empty() && node.size > 0 && sameTasks && of.tasks.size() > 2) {
            node.way = Way::batched;
            batched.push_back(of.id);
        } else if (rowsOnly || bytes(keptSize_ + node.size) <= double(rowBudgetBytes)) {
            node.way = Way::kept;
            node.offset = keptSize_;
            keptSize_ += node.size;
            kept += node.size > 0;
        } else {
            node.way = Way::again;
            again.push_back(of.id);
        }
    }
    text_ = fmt::format("{} task{}: {} node{} belong to one task and take one backward pass together", tasks, tasks == 1 ? "" : "s", tails_.size(),
                        tails_.size() == 1 ? "" : "s");
    if (!cut_.isWhole())
        text_ += "; " + cut_.text();
    if (kept > 0)
        text_ += fmt::format("; {} shared node{} keep one gradient row per task ({:.1f} MB)", kept, kept == 1 ? "" : "s", bytes(keptSize_) / 1e6);
    if (!batched.empty())
        text_ += fmt::format("; all tasks go through {} at once without rows, because the layer can, then one weighted pass", join(batched, ", "));
    if (!again.empty())
        text_ += fmt::format("; one more weighted pass through {}, because rows would exceed {:.0f} MB", join(again, ", "), double(rowBudgetBytes) / 1e6);
}

std::string BackwardPlan::text() const
{
    return text_;
}

at::Tensor parameterView(const at::Tensor &row, const SharedParameter &parameter)
{
    const at::Tensor &value = parameter.value;
    if (!value.is_non_overlapping_and_dense())
        return row.narrow(0, parameter.offset, value.numel()).view(value.sizes());
    return row.as_strided(value.sizes(), value.strides(), row.storage_offset() + parameter.offset);
}

} // namespace concord
