#include "core/session/model_choice.h"

#include "core/graph/analysis.h"
#include "core/session/recipe.h"

#include <algorithm>
#include <map>

namespace concord {

namespace {

/// What a graph trains on, as far as a comparison of numbers needs it to be the same.
struct ComparedData
{
    const Node *data = nullptr;
    std::vector<std::string> tasks = {};

    static ComparedData of(const Experiment &experiment, const Analysis &analysis)
    {
        ComparedData result{.data = experiment.graph.find(analysis.dataNode)};
        for (const GraphTask &task : analysis.tasks)
            result.tasks.push_back(task.info.name);
        return result;
    }
};

/// Work of a step by arithmetic; the base's with equal weights is 1.
double workOf(const Experiment &experiment, const Analysis &analysis, const Analysis &base)
{
    return double(analysis.macs) / std::max(1.0, double(base.macs)) * expectedCost(experiment);
}

/// The base's plan, but what the recipe says of its optimiser, schedule and frozen nodes.
Plan recipePlan(Plan plan, const Plan &own)
{
    const Plan usual;
    const auto keep = [&](auto Plan::*member) {
        if (own.*member != usual.*member)
            plan.*member = own.*member;
    };
    if (own.optimiser != usual.optimiser) {
        plan.optimiser = own.optimiser;
        plan.optimiserParams = own.optimiserParams;
    } else if (plan.optimiser == own.optimiser) {
        for (const auto &[name, value] : own.optimiserParams)
            plan.optimiserParams[name] = value;
    }
    if (own.schedule != usual.schedule || own.scheduleParams != usual.scheduleParams) {
        plan.schedule = own.schedule;
        plan.scheduleParams = own.scheduleParams;
    }
    keep(&Plan::warmupSteps);
    keep(&Plan::clipNorm);
    plan.freeze = own.freeze;   // the base's names nodes of another graph
    plan.rates = own.rates;
    return plan;
}

/// Without the recipe's name in front, which stands beside it.
std::string recipeRefusal(const std::exception &error, const std::string &recipe)
{
    std::string text = error.what();
    if (const std::string start = "recipe " + recipe + ": "; text.starts_with(start))
        text.erase(0, start.size());
    return text;
}

} // namespace

std::vector<ModelChoice> recipeChoices(const Experiment &base)
{
    const Analysis analysis = analyse(base.graph);
    const ComparedData drawn = ComparedData::of(base, analysis);
    std::vector<ModelChoice> choices;
    for (const auto &[id, entry] : RecipeRegistry::instance().entries()) {
        const std::unique_ptr<Recipe> recipe = entry.make();
        ModelChoice choice{.card = entry.card, .kind = recipe->card().kind};
        try {
            if (!drawn.data)
                throw Error("expected a data node in the graph, found none");
            Node data = *drawn.data;
            data.frame.clear();
            Experiment experiment = recipe->make(data, drawn.tasks);
            experiment.plan = recipePlan(base.plan, experiment.plan);
            const Analysis laidOut = analyse(experiment.graph);
            choice.refusal = laidOut.firstError();
            if (choice.refusal.empty()) {
                choice.parameters = laidOut.parameters;
                choice.macs = laidOut.macs;
                choice.cost = workOf(experiment, laidOut, analysis);
                choice.entrant = {.id = id, .title = entry.card.title, .fidelity = entry.card.fidelity, .experiment = std::move(experiment)};
            }
        } catch (const std::exception &error) {
            choice.refusal = recipeRefusal(error, id);
        }
        choices.push_back(std::move(choice));
    }
    std::ranges::stable_sort(choices, {}, [](const ModelChoice &each) { return std::pair(each.kind, each.card.title); });
    return choices;
}

ModelChoice baseChoice(const Experiment &base)
{
    const Analysis analysis = analyse(base.graph);
    const auto balance = analysis.nodes.find(analysis.balanceNode);
    const std::string method = balance == analysis.nodes.end() ? std::string() : ", " + balance->second.summary;
    return experimentChoice(base, base, "This graph" + method);
}

ModelChoice experimentChoice(const Experiment &base, const Experiment &experiment, const std::string &title)
{
    Experiment seedless = experiment;
    seedless.plan.seed = 0;
    ModelChoice choice{.card = {.id = "experiment:" + contentId(seedless).substr(0, 8), .title = title, .summary = experiment.description}};
    const Analysis analysis = analyse(experiment.graph);
    const Analysis drawn = analyse(base.graph);
    const ComparedData wanted = ComparedData::of(base, drawn);
    const ComparedData found = ComparedData::of(experiment, analysis);
    const auto sorted = [](std::vector<std::string> names) {
        std::ranges::sort(names);
        return names;
    };
    choice.refusal = analysis.firstError();
    if (choice.refusal.empty() && wanted.data && found.data && found.data->type != wanted.data->type)
        choice.refusal = fmt::format("expected the same data, {}, found {}", wanted.data->type, found.data->type);
    if (choice.refusal.empty() && sorted(found.tasks) != sorted(wanted.tasks))
        choice.refusal = fmt::format("expected the same tasks, {}, found {}", join(wanted.tasks, ", "), join(found.tasks, ", "));
    if (!choice.refusal.empty())
        return choice;
    choice.parameters = analysis.parameters;
    choice.macs = analysis.macs;
    choice.cost = workOf(experiment, analysis, drawn);
    choice.entrant = {.id = choice.card.id, .title = title, .experiment = experiment};
    return choice;
}

std::vector<ModelChoice> runChoices(const Experiment &base, const std::vector<RunSummary> &runs)
{
    std::vector<ModelChoice> choices;
    std::map<std::string, std::vector<std::string>> numbers;   // of runs, by id
    const std::string own = baseChoice(base).card.id;
    for (auto run = runs.rbegin(); run != runs.rend(); ++run) {
        if (const std::optional<ComparisonTag> tag = comparisonTag(run->tags); tag && (tag->isTrial() || tag->isBaseline()))
            continue;
        ModelChoice choice;
        const std::string title = fmt::format("run {}, {}", run->number, run->name);
        try {
            choice = experimentChoice(base, experimentFromJson(run->experiment, run->name), title);
        } catch (const std::exception &error) {
            choice = {.card = {.id = fmt::format("run:{}", run->number), .title = title}, .refusal = error.what()};
        }
        if (choice.card.id == own)
            continue;
        std::vector<std::string> &same = numbers[choice.card.id];
        same.push_back(std::to_string(run->number));
        if (same.size() == 1)
            choices.push_back(std::move(choice));
    }
    for (ModelChoice &choice : choices)
        if (const std::vector<std::string> &same = numbers[choice.card.id]; same.size() > 1)
            choice.card.summary = fmt::format("Runs {}. {}", join(same, ", "), choice.card.summary);
    return choices;
}

} // namespace concord
