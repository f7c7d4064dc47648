#include "core/balance/balance_cost.h"

#include "core/balance/balance_block.h"
#include "core/base/text.h"
#include "core/graph/node_block.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

namespace concord {

namespace {

/// As BackwardOptions::rowBudgetBytes; beyond it rows are made twice instead of kept.
constexpr double keptRowBudget = double(std::int64_t(256) << 20);

std::string byteText(double bytes)
{
    return bytes >= 1e9 ? fmt::format("{:.1f} GB", bytes / 1e9) : bytes >= 1e6 ? fmt::format("{:.{}f} MB", bytes / 1e6, bytes < 1e7 ? 1 : 0) : bytes >= 1e3 ? fmt::format("{:.0f} kB", bytes / 1e3) : fmt::format("{:.0f} bytes", bytes);
}

/// Can its layer go through all tasks at once (Layer::canBackwardMany)? The blocks say so by their parameters.
bool goesThroughManyAtOnce(const Node &node)
{
    if (node.type != "mlp" && node.type != "conv_stack")
        return false;
    const std::unique_ptr<Block> block = makeBlock(node);
    const ParamMap params = writeParams(*block);
    const auto text = [&](const char *name) { return std::get<std::string>(params.at(name)); };
    if (text("activation") != "relu" || text("norm") != "none")
        return false;
    if (node.type == "mlp")
        return true;
    const auto &strides = std::get<std::vector<std::int64_t>>(params.at("strides"));
    return std::get<std::int64_t>(params.at("kernel")) == 1 && std::ranges::all_of(strides, [](std::int64_t stride) { return stride == 1; });
}

/// Counts what core/balance/backward_plan.cpp and engine_step.cpp will do, from the drawing alone.
class CostCount
{
public:
    CostCount(const TaskGraph &graph, const Plan &plan, const Analysis &analysis, const BalanceBlock &balance)
        : graph_(graph)
        , plan_(plan)
        , analysis_(analysis)
        , balance_(balance)
        , method_(balance.makeMethod())
    {
        for (const Edge &edge : graph.edges)
            readers_[edge.from.node].push_back(edge.to.node);
    }

    BalanceCost count()
    {
        cost_.tasks = int(analysis_.tasks.size());
        cost_.title = BalanceRegistry::instance().find(balance_.method)->card.title;
        cost_.extraPasses = method_->extraPasses(cost_.tasks);
        if (method_->looksBack()) {
            // It is one of the further passes, and has no way back.
            cost_.extraPasses = std::max(0.0, cost_.extraPasses - 1);
            cost_.extraForwards = 1;
        }
        for (const auto &[id, facts] : analysis_.nodes) {
            cost_.forward += double(facts.macs);
            cost_.equalBackward += passes(facts, 1, 1);
        }
        cost_.backward = cost_.equalBackward;
        using Needs = BalanceMethod::Needs;
        if (cost_.tasks > 1 && (method_->needs() == Needs::gramian || method_->needs() == Needs::jacobian)) {
            markCompared();
            countTaskwise();
        }
        return cost_;
    }

private:
    /// Work of `inputs` passes for the gradient of a node's inputs, and `parameters` for that of its parameters.
    static double passes(const NodeFacts &facts, double inputs, double parameters)
    {
        return facts.tasks.empty() ? 0 : double(facts.macs) * (inputs + (facts.parameters > 0 ? parameters : 0));
    }

    bool isShared(const std::string &node) const
    {
        const auto it = analysis_.nodes.find(node);
        return it != analysis_.nodes.end() && node != analysis_.balanceNode && node != analysis_.dataNode && it->second.tasks.size() > 1;
    }

    /// Everything that reads from `from`, at any distance.
    std::set<std::string> behind(const std::set<std::string> &from) const
    {
        std::set<std::string> result;
        for (const std::string &id : analysis_.order) {
            const auto readers = readers_.find(id);
            if (readers != readers_.end() && (from.contains(id) || result.contains(id)))
                result.insert(readers->second.begin(), readers->second.end());
        }
        return result;
    }

    void markCompared()
    {
        source_ = balance_.gradientSource(*method_);
        for (const std::string &id : analysis_.order)
            if (isShared(id))
                late_.insert(id);
        if (source_ == GradientSource::parameters)
            return;
        std::set<std::string> named;
        for (const std::string &node : balance_.cut)
            named.insert(trim(node));
        if (source_ == GradientSource::features) {
            const std::set<std::string> after = named.empty() ? std::set<std::string>() : behind(named);
            std::erase_if(late_, [&](const std::string &id) { return !after.contains(id); });
            compared_ = named.empty() ? readByTails() : named;
        } else {
            compared_ = named.empty() ? lastWithParameters() : named;
            const std::set<std::string> after = behind(compared_);
            std::erase_if(late_, [&](const std::string &id) { return !after.contains(id) && !compared_.contains(id); });
        }
        cost_.comparedAt = join({compared_.begin(), compared_.end()}, ", ");
    }

    /// Shared nodes whose output a part of one task reads.
    std::set<std::string> readByTails() const
    {
        std::set<std::string> result;
        for (const Edge &edge : graph_.edges)
            if (isShared(edge.from.node) && analysis_.nodes.contains(edge.to.node) && analysis_.nodes.at(edge.to.node).tasks.size() == 1)
                result.insert(edge.from.node);
        return result;
    }

    /// Shared nodes with parameters that no other such node reads from, at any distance.
    std::set<std::string> lastWithParameters() const
    {
        std::set<std::string> result;
        std::set<std::string> precedes;
        for (auto id = analysis_.order.rbegin(); id != analysis_.order.rend(); ++id) {
            const auto isTrained = [this](const std::string &node) { return late_.contains(node) && analysis_.nodes.at(node).parameters > 0; };
            if (const auto readers = readers_.find(*id); readers != readers_.end())
                for (const std::string &reader : readers->second)
                    if (isTrained(reader) || precedes.contains(reader))
                        precedes.insert(*id);
            if (isTrained(*id) && !precedes.contains(*id))
                result.insert(*id);
        }
        return result;
    }

    void countTaskwise()
    {
        const bool rowsOnly = (method_->needs() == BalanceMethod::Needs::jacobian && source_ == GradientSource::parameters) || plan_.accumulate > 1 || balance_.granularity == "tensor";
        double work = cost_.equalBackward;
        double kept = 0;
        double moment = 0;
        int most = 1;
        for (auto id = analysis_.order.rbegin(); id != analysis_.order.rend(); ++id) {
            if (!late_.contains(*id))
                continue;
            const NodeFacts &facts = analysis_.nodes.at(*id);
            const double tasks = double(facts.tasks.size());
            const double bytes = double(facts.parameters) * cost_.tasks * sizeof(float);
            most = std::max(most, int(facts.tasks.size()));
            if (source_ == GradientSource::parameters || (source_ == GradientSource::lastShared && compared_.contains(*id)))
                cost_.sharedParameters += facts.parameters;
            work -= passes(facts, 1, 1);
            if (!rowsOnly && facts.parameters > 0 && facts.tasks.size() > 2 && facts.inputTypes.size() == 1 && goesThroughManyAtOnce(*graph_.find(*id))) {
                work += passes(facts, tasks, 1);
                cost_.weightedPass = true;
            } else if (rowsOnly || kept + bytes <= keptRowBudget) {
                work += passes(facts, tasks, tasks);
                kept += bytes;
            } else {
                work += passes(facts, tasks, tasks + 1);
                cost_.weightedPass = true;
                moment = std::max(moment, bytes);
            }
        }
        cost_.taskPasses = most;
        // Features are compared where they are; their gradients, one per task, are what the parts behind give anyway.
        cost_.rowBytes = std::int64_t(kept + moment);
        if (source_ == GradientSource::features)
            cost_.rowBytes += featureBytes();
        // Between new weights one weighted pass is enough.
        cost_.every = balance_.granularity == "all" && method_->needs() == BalanceMethod::Needs::gramian ? balance_.every : 1;
        cost_.backward = (work + double(cost_.every - 1) * cost_.equalBackward) / double(cost_.every);
    }

    std::int64_t featureBytes() const
    {
        std::int64_t numbers = 0;
        for (const std::string &id : compared_)
            if (const auto facts = analysis_.nodes.find(id); facts != analysis_.nodes.end())
                for (const auto &[port, type] : facts->second.outputTypes) {
                    std::int64_t size = 1;
                    for (const std::int64_t side : type.shape)
                        size *= side;
                    numbers += size;
                }
        return numbers * plan_.batch * cost_.tasks * std::int64_t(sizeof(float));
    }

    const TaskGraph &graph_;
    const Plan &plan_;
    const Analysis &analysis_;
    const BalanceBlock &balance_;
    std::unique_ptr<BalanceMethod> method_;
    std::map<std::string, std::vector<std::string>> readers_;
    GradientSource source_ = GradientSource::parameters;
    std::set<std::string> late_;     ///< shared nodes that every task goes through by itself
    std::set<std::string> compared_; ///< where gradients are compared, if not at all shared parameters
    BalanceCost cost_;
};

} // namespace

double BalanceCost::backwardRatio() const
{
    return equalBackward > 0 ? (backward + extraPasses * equalBackward) / equalBackward : 1 + extraPasses;
}

double BalanceCost::stepRatio() const
{
    const double equal = forward + equalBackward;
    return equal > 0 ? (forward + backward + extraPasses * equal + extraForwards * forward) / equal : 1 + extraPasses;
}

std::string BalanceCost::shortText() const
{
    const double ratio = backwardRatio();
    std::string text = fmt::format("{:.{}f}× backward", ratio, ratio < 9.95 && ratio != 1 ? 1 : 0);
    if (rowBytes > 0)
        text += ", +" + byteText(double(rowBytes));
    return text;
}

std::string BalanceCost::text() const
{
    std::string text = title + " needs ";
    if (taskPasses > 1) {
        text += fmt::format("{} backward passes", taskPasses);
        text += sharedParameters > 0 ? fmt::format(" through {} shared parameters", shortCount(double(sharedParameters))) : std::string(" through what is behind the cut");
        if (weightedPass)
            text += " and one weighted pass";
    } else {
        text += "one backward pass";
    }
    if (!comparedAt.empty())
        text += fmt::format(", compares gradients at {}", comparedAt);
    if (every > 1)
        text += fmt::format(", every {} steps", every);
    if (extraPasses > 0)
        text += fmt::format(", and {:.3g} further {} of the whole model", extraPasses, extraPasses == 1 ? "pass" : "passes");
    if (extraForwards > 0)
        text += ", and a forward pass after each step";
    if (backwardRatio() <= 1.0005 && stepRatio() <= 1.0005)
        text += ": as much work as equal weighting";
    else
        text += fmt::format(": {:.1f}× the backward work of equal weighting, {:.1f}× its step", backwardRatio(), stepRatio());
    text += rowBytes > 0 ? fmt::format(", and {} for gradient rows.", byteText(double(rowBytes))) : std::string(".");
    return text;
}

std::optional<BalanceCost> balanceCost(const TaskGraph &graph, const Plan &plan, const Analysis &analysis)
{
    const auto node = analysis.nodes.find(analysis.balanceNode);
    const auto *balance = node == analysis.nodes.end() ? nullptr : dynamic_cast<const BalanceBlock *>(node->second.block.get());
    if (!balance || analysis.tasks.empty() || analysis.order.empty() || !BalanceRegistry::instance().find(balance->method))
        return {};
    return CostCount(graph, plan, analysis, *balance).count();
}

} // namespace concord
