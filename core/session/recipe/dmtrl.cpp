// Deep multi-task representation learning: a network per task, whose weights are products of factors that all tasks share and a vector of each task.
#include "core/session/conditioned_columns.h"
#include "core/session/task_ends.h"

namespace concord {

namespace {

class FactorisedNetworks : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("factorisation", factorisation_,
                {.help = "How each layer's weights of all tasks are written: SVD of the task axis, Tucker's form, or a tensor train", .choices = {"svd", "tucker", "tt"}});
        visitor("share", share_, {.help = "Share of the full rank that each factor keeps: less shares more; 1 can represent separate networks", .min = 0.01, .max = 1});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        const auto params = [&](std::size_t stage) -> ParamMap {
            return {{"kind", stage == 0 ? "plain" : "basic"}, {"factorisation", factorisation_}, {"share", share_}};
        };
        layout.finish(addConditionedColumns(layout, {.frame = "Factorised networks", .stem = "factors", .type = "factorised_stage", .params = params}));
    }

private:
    std::string factorisation_ = "tucker";
    double share_ = 0.5;
};

} // namespace

static const RegisterRecipe<FactorisedNetworks> registeredFactorisedNetworks{RecipeCard{
    .card = {.id = "dmtrl",
             .title = "DMTRL",
             .category = "Recipes",
             .summary = "A network per task, whose weights are products of shared factors and a vector of the task.",
             .paper = "Yang and Hospedales, ICLR 2017",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2017,
    .kind = "architecture-soft",
    .explanation = {"Which layers tasks share, and how far, need not be drawn by hand: it can be the rank of their stacked weights.",
                    "The weights of a layer for all tasks form a tensor with a task axis, written by an SVD, Tucker's form or a tensor train; only a short vector of each factorisation "
                    "belongs to a task, and weights are rebuilt in every forward pass.",
                    "Further tasks add a few numbers per layer but a forward pass each; small residual columns replace the paper's networks, ranks are a share of the full ones and weights "
                    "start at random (the paper also starts from networks trained alone), and normalisation and heads are each task's own."},
    .suits = imageTaskKinds(),
}};

} // namespace concord
