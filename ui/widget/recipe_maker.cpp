#include "ui/widget/recipe_maker.h"

#include "core/base/error.h"
#include "core/data/dataset.h"
#include "core/graph/node_block.h"

#include <algorithm>

namespace concord {

namespace {

/// Small data of tasks that the recipe suits, so that there is something to draw: three kinds, one of which it may insist on.
std::vector<Node> exampleData(const RecipeCard &card)
{
    std::vector<Node> nodes;
    const auto task = [](TaskKind kind) { return fmt::format("{0}:{0}:5", name(kind)); };
    for (const TaskKind wanted : card.suits)
        for (const bool alone : {false, true}) {
            std::vector<std::string> tasks = {task(wanted)};
            for (const TaskKind other : card.suits)
                if (!alone && other != wanted && tasks.size() < 3)
                    tasks.push_back(task(other));
            nodes.push_back({.id = "data", .type = "random_data", .params = {{"shape", std::vector<std::int64_t>{3, 64, 64}}, {"tasks", tasks}}});
        }
    return nodes;
}

std::vector<TaskInfo> tasksOf(const Node &data)
{
    const std::unique_ptr<Block> block = makeBlock(data);
    const auto *set = dynamic_cast<const DataBlock *>(block.get());
    return set ? set->describe().tasks : std::vector<TaskInfo>();
}

/// Without the recipe's name in front, which the page has as its title.
std::string plainSentence(const std::exception &error, const std::string &recipe)
{
    std::string text = error.what();
    if (const std::string start = "recipe " + recipe + ": "; text.starts_with(start))
        text.erase(0, start.size());
    return text;
}

} // namespace

RecipeDraft draftRecipe(const RecipeWish &wish)
{
    RecipeDraft draft{.wish = wish};
    const auto layOut = [&](const ParamMap &options, const Node &data, const std::vector<std::string> &tasks) {
        const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make(wish.recipe);
        setParams(*recipe, options, "options");
        draft.experiment = recipe->make(data, tasks);
        draft.analysis = analyse(draft.experiment.graph);
    };
    try {
        draft.dataTasks = tasksOf(wish.data);
    } catch (const std::exception &error) {
        draft.refusal = error.what();
    }
    if (draft.refusal.empty())
        try {
            layOut(wish.options, wish.data, wish.tasks);
            draft.refusal = draft.analysis.firstError();
            return draft;
        } catch (const std::exception &error) {
            draft.refusal = plainSentence(error, wish.recipe);
        }
    draft.isExample = true;
    for (const Node &data : exampleData(RecipeRegistry::instance().make(wish.recipe)->card()))
        try {
            layOut({}, data, {});
            return draft;
        } catch (const std::exception &) {
            draft.experiment = {};
            draft.analysis = {};
        }
    // Then there is no picture; the refusal says what is wrong.
    return draft;
}

RecipeMaker::RecipeMaker(QObject *parent)
    : QObject(parent)
{
    counting_.setMaxThreadCount(1);
    drafting_.setMaxThreadCount(1);
}

void RecipeMaker::draft(const RecipeWish &wish)
{
    const std::uint64_t number = ++newestDraft_;
    drafting_.start([this, number, wish] {
        if (number != newestDraft_)
            return;
        const auto draft = std::make_shared<const RecipeDraft>(draftRecipe(wish));
        QMetaObject::invokeMethod(
            this,
            [this, number, draft] {
                if (number == newestDraft_)
                    Q_EMIT drafted(draft);
            },
            Qt::QueuedConnection);
    });
}

void RecipeMaker::countAll(const Node &data, const std::vector<std::string> &tasks)
{
    const std::uint64_t number = ++newestCount_;
    counting_.start([this, number, data, tasks] {
        RecipeCosts costs;
        for (const auto &[id, entry] : RecipeRegistry::instance().entries()) {
            if (number != newestCount_)
                return;
            RecipeCost &cost = costs[id];
            try {
                const Analysis analysis = analyse(entry.make()->make(data, tasks).graph);
                cost = {.parameters = analysis.parameters, .macs = analysis.macs, .refusal = analysis.firstError()};
            } catch (const std::exception &error) {
                cost.refusal = plainSentence(error, id);
            }
        }
        QMetaObject::invokeMethod(
            this,
            [this, number, costs] {
                if (number == newestCount_)
                    Q_EMIT counted(costs);
            },
            Qt::QueuedConnection);
    });
}

} // namespace concord
