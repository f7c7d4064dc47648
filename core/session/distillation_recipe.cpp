#include "core/session/distillation_recipe.h"
#include "core/session/recipe_plan.h"

namespace concord {

void DistillationRecipe::params(ParamVisitor &visitor)
{
    Recipe::params(visitor);
    visitor("early_weight", earlyWeight_, {.help = "What the loss on each initial prediction counts beside that on the final one", .min = 0, .max = 1e6});
}

void DistillationRecipe::layOut(RecipeLayout &layout) const
{
    layout.plan().optimiserParams = {{"weight_decay", 1e-4}};
    fallPolynomially(layout.plan());
    layout.nextColumn();
    Stream trunk = layout.addStem("stem", layout.input(), layout.middle());
    if (!layout.isResNet()) {
        layout.nextColumn();
        trunk = layout.addUnits("trunk", options().blocks, trunk, layout.middle());
    }
    layout.nextColumn();
    Streams columns(layout.tasks().size(), trunk);
    const ParamMap branch = {{"channels", options().decoder}, {"blocks", std::int64_t(1)}, {"stride", std::int64_t(1)}};
    for (std::size_t t = 0; t < columns.size(); ++t)
        columns[t].from = {layout.add(layout.stem(t) + "_branch", "residual_stage", branch, layout.row(t), {{"in", trunk.from}}), "out"};
    layout.nextColumn();
    Streams predictions;
    for (std::size_t t = 0; t < columns.size(); ++t)
        predictions.push_back(layout.addInitialPrediction(t, columns[t], earlyWeight_));
    layout.nextColumn();
    layout.finish(distil(layout, columns, predictions));
}

Streams DistillationRecipe::addColumns(RecipeLayout &layout, const std::string &type, ParamMap params, const Streams &columns,
                                       std::vector<RecipeLayout::Link> more)
{
    std::vector<RecipeLayout::Link> links;
    for (std::size_t t = 0; t < columns.size(); ++t)
        links.push_back({fmt::format("in.{}", t), columns[t].from});
    links.insert(links.end(), more.begin(), more.end());
    const std::string id = layout.add("distillation", type, std::move(params), layout.middle(), links);
    Streams result = columns;
    for (std::size_t t = 0; t < result.size(); ++t)
        result[t].from = {id, fmt::format("out.{}", t)};
    return result;
}

} // namespace concord
