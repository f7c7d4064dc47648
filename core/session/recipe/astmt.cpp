// ASTMT: attentive single-tasking. One shared encoder and decoder, run once per task with the task's own attention and adapters.
#include "core/session/recipe_layout.h"
#include "core/session/recipe_plan.h"

namespace concord {

namespace {

class AttentiveSingleTasking : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("adapter", adapter_,
                {.help = "Each task's 1×1 adapters: beside the 3×3 kernels, behind them, or none", .choices = {"parallel", "serial", "none"}});
        visitor("se", se_, {.help = "Squeeze-and-excitation: one per task, one for all, or none", .choices = {"task", "shared", "none"}});
        visitor("adversarial", adversarial_, {.help = "Weight of the task discriminator's loss; 0: no discriminator", .min = 0, .max = 100});
        visitor("warmup", warmup_, {.help = "Steps over which the discriminator's reversed gradient grows", .unit = "steps", .min = 0, .max = 1e9});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        // The authors' rate of 0.001 is for a network trained on ImageNet.
        stepBySgd(layout.plan(), 0.01, 1e-4);
        fallPolynomially(layout.plan());
        layout.nextColumn();
        Streams streams(layout.tasks().size(), layout.addStage("trunk", 0, layout.input(), layout.middle()));
        layout.setFrame("Attentive encoder");
        for (std::size_t stage = 1; stage < layout.stages(); ++stage) {
            const std::int64_t stride = layout.stride(stage, streams.front());
            streams = addAttentive(layout, fmt::format("attentive_stage{}", stage + 1), layout.width(stage), layout.isResNet() ? 2 : options().blocks, stride,
                                   streams);
        }
        layout.setFrame("");
        streams = addAttentive(layout, "attentive_decoder", options().decoder, 1, 1, streams);
        if (adversarial_ > 0) {
            streams = layout.addSharing("discriminator", "task_discriminator", {{"weight", adversarial_}, {"warmup", warmup_}, {"unit", true}}, streams);
            setRate(layout.plan(), streams.front().from.node, 10);   // as the authors'
        }
        layout.finish(streams);
    }

private:
    Streams addAttentive(RecipeLayout &layout, const std::string &stem, std::int64_t channels, std::int64_t blocks, std::int64_t stride, Streams streams) const
    {
        layout.nextColumn();
        std::vector<RecipeLayout::Link> links;
        for (std::size_t t = 0; t < streams.size(); ++t)
            links.push_back({fmt::format("in.{}", t), streams[t].from});
        const ParamMap params = {{"channels", channels}, {"blocks", blocks}, {"stride", stride}, {"adapter", adapter_}, {"se", se_}};
        const std::string id = layout.add(stem, "se_adapter_stage", params, layout.middle(), links);
        for (std::size_t t = 0; t < streams.size(); ++t)
            streams[t] = {.from = {id, fmt::format("out.{}", t)}, .shrink = streams[t].shrink * stride};
        return streams;
    }

    std::string adapter_ = "parallel";
    std::string se_ = "task";
    double adversarial_ = 0.01; ///< the authors' weight
    std::int64_t warmup_ = 1000;
};

} // namespace

static const RegisterRecipe<AttentiveSingleTasking> registeredAttentiveSingleTasking{RecipeCard{
    .card = {.id = "astmt",
             .title = "ASTMT",
             .category = "Recipes",
             .summary = "One shared network that does one task at a time, with the task's own attention and adapters in every block.",
             .paper = "Maninis et al., CVPR 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "architecture-mix",
    .explanation = {"A network that does one task at a time need not find features that suit all tasks at once.",
                    "It runs once per task: squeeze-and-excitation, 1×1 residual adapters and batch normalisation of that task reshape the shared residual "
                    "blocks of encoder and decoder, and a discriminator behind a gradient reversal makes the tasks' features alike.",
                    "Each task adds a small share of parameters and one forward pass; a small residual encoder stands in for the SE-ResNet with DeepLabv3+, "
                    "and the discriminator judges the decoder's features where the paper's judges the gradients that the task losses have there."},
    .suits = allTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
