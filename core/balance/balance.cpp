// The balance node: how the losses of all tasks become one update.
#include "core/balance/balance_block.h"

namespace concord {

void BalanceBlock::params(ParamVisitor &visitor)
{
    visitor("method", method, {.help = "How the task losses become one update", .choices = BalanceRegistry::instance().ids()});
    // The chosen method lists its own parameters here; what is read goes through an object of it and is kept.
    if (const auto *entry = BalanceRegistry::instance().find(method)) {
        const std::unique_ptr<BalanceMethod> chosen = entry->make();
        readParams(*chosen, methodParams_);
        chosen->params(visitor);
        methodParams_ = writeParams(*chosen);
    }
    visitor("heads", heads,
            {.help = "Do the weights also scale what task-specific parameters get? By the method's paper, always, or never",
             .choices = {"paper", "weighted", "unweighted"},
             .advanced = true});
    visitor("scale", scale,
            {.help = "Turns the shared update of a method that averages into a sum (× tasks), or the reverse",
             .choices = {"method", "mean", "sum"},
             .advanced = true});
    visitor("granularity", granularity,
            {.help = "One set of weights for all shared parameters, or one per block, found from that block's gradients",
             .choices = {"all", "block"},
             .advanced = true});
    visitor("every", every,
            {.help = "Find new weights every so many steps; between, one weighted backward pass is enough. Not used with weights per block",
             .unit = "steps",
             .min = 1,
             .max = 1e6,
             .advanced = true});
    visitor("clip", clip, {.help = "Longest shared update; longer ones are shortened to it; 0 for no limit", .min = 0, .max = 1e12, .advanced = true});
}

std::vector<Port> BalanceBlock::inputs() const
{
    return {{.id = "loss", .type = PortType::loss, .repeats = true}};
}

Inference BalanceBlock::infer(const PortTypes &inputs, int) const
{
    if (inputs.empty())
        throw Error("expected at least one loss, found none");
    makeMethod()->start(int(inputs.size()), 0);
    return {};
}

std::string BalanceBlock::summary() const
{
    const auto *entry = BalanceRegistry::instance().find(method);
    if (!entry)
        return method;
    const std::string settings = makeMethod()->summary();
    return settings.empty() ? entry->card.title : entry->card.title + ", " + settings;
}

std::unique_ptr<BalanceMethod> BalanceBlock::makeMethod() const
{
    std::unique_ptr<BalanceMethod> chosen = BalanceRegistry::instance().make(method);
    readParams(*chosen, methodParams_);
    return chosen;
}

static const Register<Block, BalanceBlock> registeredBalance{Card{
    .id = "balance",
    .title = "Balance",
    .category = "Balance",
    .summary = "Turns the losses of all tasks into one update of the shared parameters.",
    .paper = {},
    .claims = {},
}};

} // namespace concord
