// The balance node: how the losses of all tasks become one update.
#include "core/balance/balance_block.h"

#include <algorithm>
#include <cmath>

namespace concord {

void BalanceBlock::params(ParamVisitor &visitor)
{
    visitor("method", method, {.help = "How the task losses become one update", .choices = BalanceRegistry::instance().ids()});
    const auto *entry = BalanceRegistry::instance().find(method);
    std::vector<std::string> presets{"paper"};
    if (entry)
        for (const BalancePreset &each : entry->make()->presets())
            presets.push_back(each.name);
    if (presets.size() > 1)
        visitor("preset", preset, {.help = "Settings of the paper, or those under which somebody else's code does what it does", .choices = presets});
    else
        preset = "paper";
    applyPreset();
    // The chosen method lists its own parameters here; what is read goes through an object of it and is kept.
    if (entry) {
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
    visitor("source", source,
            {.help = "Whose gradients are compared: all shared parameters, those of the last shared block, or its output, which takes one pass through "
                     "everything before it (MGDA-UB)",
             .choices = {"method", "parameters", "last shared", "features"},
             .advanced = true});
    visitor("cut", cut, {.help = "Node ids where `source` is taken, if not at the last shared blocks; their outputs must separate the image from all tasks", .advanced = true});
    visitor("granularity", granularity,
            {.help = "One set of weights for all shared parameters, one per block, or one per parameter tensor, each found from its own gradients",
             .choices = {"all", "block", "tensor"},
             .advanced = true});
    visitor("preference", preference,
            {.help = "How much each task counts, one positive number per task, in the order of the losses; all alike when empty", .advanced = true});
    visitor("every", every,
            {.help = "Find new weights every so many steps; between, one weighted backward pass is enough. Not used with weights per block or tensor",
             .unit = "steps",
             .min = 1,
             .max = 1e6,
             .advanced = true});
    visitor("smoothing", smoothing,
            {.help = "Share of the last weights that stays in the new ones (CR-MOGM, 0.9 in the paper); 0 for none", .min = 0, .max = 0.9999, .advanced = true});
    visitor("clip", clip, {.help = "Longest shared update; longer ones are shortened to it; 0 for no limit", .min = 0, .max = 1e12, .advanced = true});
}

/// A preset's values stand where the paper's would: they are taken over once, and what a document or a person sets comes after.
void BalanceBlock::applyPreset()
{
    const std::string wanted = method + "/" + preset;
    if (preset == "paper" || applied_ == wanted) {
        applied_ = wanted;
        return;
    }
    applied_ = wanted;
    const auto *entry = BalanceRegistry::instance().find(method);
    if (!entry)
        return;
    for (const BalancePreset &each : entry->make()->presets()) {
        if (each.name != preset)
            continue;
        ParamMap values = each.values;
        const auto take = [&values](const char *name, auto &member) {
            if (const auto it = values.find(name); it != values.end()) {
                member = std::get<std::decay_t<decltype(member)>>(it->second);
                values.erase(it);
            }
        };
        take("heads", heads);
        take("scale", scale);
        take("source", source);
        take("granularity", granularity);
        take("every", every);
        take("smoothing", smoothing);
        take("clip", clip);
        methodParams_ = std::move(values);
    }
}

std::vector<Port> BalanceBlock::inputs() const
{
    return {{.id = "loss", .type = PortType::loss, .repeats = true}};
}

Inference BalanceBlock::infer(const PortTypes &inputs, int) const
{
    if (inputs.empty())
        throw Error("expected at least one loss, found none");
    const std::unique_ptr<BalanceMethod> chosen = makeMethod();
    refuseIllegal(*chosen, int(inputs.size()));
    chosen->start(int(inputs.size()), 0);
    return {};
}

std::string BalanceBlock::refusal(const TaskGraph &graph, const Analysis &analysis) const
{
    return makeMethod()->refusal(graph, analysis);
}

GradientSource BalanceBlock::gradientSource(const BalanceMethod &of) const
{
    if (source == "method")
        return of.source();
    return source == "features" ? GradientSource::features : source == "last shared" ? GradientSource::lastShared : GradientSource::parameters;
}

std::vector<double> BalanceBlock::preferences(int tasks) const
{
    if (preference.empty())
        return {};
    if (int(preference.size()) != tasks)
        throw Error("preference: expected {} numbers, one per task, found {}", tasks, preference.size());
    std::vector<double> numbers;
    double sum = 0;
    for (const std::string &entry : preference) {
        const std::string text = trim(entry);
        const std::optional<double> value = numberIn(text);
        if (!value || !(*value > 0))
            throw Error("preference: expected a positive number, found '{}'", text);
        numbers.push_back(*value);
        sum += *value;
    }
    for (double &value : numbers)
        value /= sum;
    return numbers;
}

/// What no step could make sense of is said while the graph is drawn.
void BalanceBlock::refuseIllegal(const BalanceMethod &of, int tasks) const
{
    using Needs = BalanceMethod::Needs;
    preferences(tasks);
    const bool looksAtGradients = of.needs() == Needs::gramian || of.needs() == Needs::jacobian;
    if (source != "method" && !looksAtGradients)
        throw Error("source: expected 'method', because {} does not compare task gradients, found '{}'", method, source);
    const GradientSource from = gradientSource(of);
    if (from == GradientSource::features && !of.worksOnFeatures())
        throw Error("source: expected gradients of parameters, because {} keeps state or acts per parameter, found 'features'", method);
    if (from == GradientSource::lastShared && of.needs() == Needs::jacobian)
        throw Error("source: expected gradients of all shared parameters, because {} makes the direction from them, found 'last shared'", method);
    if (!cut.empty() && from == GradientSource::parameters)
        throw Error("cut: expected no nodes, because gradients of all shared parameters are compared, found '{}'; set source to 'last shared' or 'features'",
                    join(cut, ", "));
    if (smoothing > 0 && (granularity != "all" || of.needs() == Needs::jacobian))
        throw Error("smoothing: expected 0, because there is not one set of weights for all shared parameters, found {:g}", smoothing);
    if (granularity != "all" && of.needs() == Needs::lookAhead)
        throw Error("granularity: expected 'all', because {} weighs whole losses, found '{}'", method, granularity);
    if (granularity != "all" && !of.worksPerUnit())
        throw Error("granularity: expected 'all', because {} keeps one state for all shared parameters, found '{}'", method, granularity);
    if (granularity != "all" && from != GradientSource::parameters)
        throw Error("granularity: expected 'all', because weights come from {} and serve all shared parameters, found '{}'",
                    from == GradientSource::features ? "features" : "the last shared block", granularity);
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
