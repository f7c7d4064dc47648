// Multi-task emotion recognition: a shared encoder with a layer and a head for each task, a task discriminator behind a gradient reversal, and a teacher
// whose predictions the student learns from.
#include "core/session/cued_recipe.h"
#include "core/session/shared_trunk.h"

namespace concord {

namespace {

constexpr const char *emotionTeacher = "Teacher";

class EmotionDistillation : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("teacher", teacher_,
                {.help = "Safetensors file of a trained run of the recipe hps on these data with these options: its weights become the teacher's, which stays as it is; empty: the teacher is trained from the labels beside the student", .path = true});
        visitor("temperature", temperature_, {.help = "Divides the scores of student and teacher when they are compared", .min = 0.01, .max = 1000});
        visitor("distillation", distillation_, {.help = "Weight of the distance to the teacher", .min = 0, .max = 1e6});
        visitor("discriminator", discriminator_, {.help = "Weight of the task discriminator's cross-entropy", .min = 0, .max = 100});
        visitor("reversal", reversal_, {.help = "Factor of its reversed gradient on the features", .min = 0, .max = 100});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.setFrame(emotionTeacher);
        const Streams taught = addTeacher(layout);
        layout.setFrame("");
        if (!teacher_.empty())
            loadTeacher(layout);

        layout.setFrame("Encoder");
        const Stream trunk = addPooledTrunk(layout, "", layout.middle());
        layout.setFrame("");
        Streams predictions = addDiscriminator(layout, addTaskLayers(layout, trunk));
        layout.nextColumn();
        for (std::size_t t = 0; t < predictions.size(); ++t)
            predictions[t].from = {layout.addHead(layout.stem(t) + "_head", t, predictions[t]), "out"};
        layout.nextColumn();
        for (std::size_t t = 0; t < predictions.size(); ++t) {
            const ParamMap params = {{"kind", kindOf(layout.tasks()[t].kind)}, {"temperature", temperature_}, {"weight", distillation_}};
            const std::vector<RecipeLayout::Link> links = {{"student", predictions[t].from}, {"teacher", taught[t].from}};
            predictions[t].from = {layout.add(layout.stem(t) + "_distilled", "distillation", params, layout.row(t), links), "out"};
        }
        layout.finishPredictions(predictions);
    }

private:
    static Stream addPooledTrunk(RecipeLayout &layout, const std::string &prefix, double y)
    {
        const Stream trunk = addSharedTrunk(layout, prefix, y);
        if (!trunk.isMap)
            return trunk;
        layout.nextColumn();
        return {.from = {layout.add(prefix + "pool", "global_pool", {}, y, {{"in", trunk.from}}), "out"}, .isMap = false};
    }

    /// Hard parameter sharing, node by node as the recipe hps has it; one prediction per task.
    Streams addTeacher(RecipeLayout &layout) const
    {
        const Stream trunk = addPooledTrunk(layout, "teacher_", layout.above());
        layout.nextColumn();
        Streams result;
        for (std::size_t t = 0; t < layout.tasks().size(); ++t) {
            if (teacher_.empty())
                result.push_back(layout.addInitialPrediction(t, trunk));
            else
                result.push_back({.from = {layout.addHead("teacher_" + layout.stem(t) + "_head", t, trunk), "out"}, .isMap = false});
            layout.graph().find(result.back().from.node)->title = "Teacher's " + layout.tasks()[t].name;
        }
        return result;
    }

    /// Its nodes take the weights of those of the same name but for the prefix, and stay as they are.
    void loadTeacher(RecipeLayout &layout) const
    {
        for (Node &node : layout.graph().nodes) {
            if (node.frame != emotionTeacher || node.type == "global_pool")
                continue;
            node.params["weights"] = teacher_;
            node.params["weights_part"] = node.id.substr(std::string("teacher_").size());
            layout.plan().freeze.push_back(node.id);
        }
    }

    static Streams addTaskLayers(RecipeLayout &layout, const Stream &trunk)
    {
        layout.nextColumn();
        Streams streams;
        const std::vector<std::int64_t> width = {layout.width(layout.stages() - 1)};
        for (std::size_t t = 0; t < layout.tasks().size(); ++t)
            streams.push_back({.from = {layout.add(layout.stem(t) + "_features", "mlp", {{"hidden", width}}, layout.row(t), {{"in", trunk.from}}), "out"}, .isMap = false});
        return streams;
    }

    Streams addDiscriminator(RecipeLayout &layout, Streams streams) const
    {
        layout.nextColumn();
        std::vector<RecipeLayout::Link> links;
        for (std::size_t t = 0; t < streams.size(); ++t)
            links.push_back({fmt::format("in.{}", t), streams[t].from});
        const ParamMap params = {{"weight", discriminator_}, {"reversal", reversal_}, {"type", std::string("vector")}};
        const std::string id = layout.add("discriminator", "task_discriminator", params, layout.middle(), links);
        for (std::size_t t = 0; t < streams.size(); ++t)
            streams[t].from = {id, fmt::format("out.{}", t)};
        return streams;
    }

    static std::string kindOf(TaskKind kind)
    {
        return kind == TaskKind::classification ? "classes" : kind == TaskKind::multilabel ? "labels" : "values";
    }

    std::string teacher_;
    double temperature_ = 2;
    double distillation_ = 1;
    double discriminator_ = 0.1;
    double reversal_ = 1;
};

} // namespace

static const RegisterRecipe<EmotionDistillation> registeredEmotionDistillation{RecipeCard{
    .card = {.id = "emotion_kd_grl",
             .title = "Emotions: distillation and task discriminator",
             .category = "Recipes",
             .summary = "Valence and arousal, expression and action units from one encoder that a task discriminator keeps general and a teacher helps where labels are missing.",
             .paper = "Jeong, Oh and Lim, arXiv 2022",
             .claims = {},
             .fidelity = "analogue"},
    .year = 2022,
    .kind = "adversarial",
    .explanation = {"Faces are seldom labelled for all tasks at once, so that a teacher's predictions stand in for missing labels, and features should not give away for which task they are.", "A discriminator behind a gradient reversal guesses the task from each task's features and the encoder learns to confuse it, while every head is drawn towards the softened prediction of a teacher of the same form on all samples.",
                    "The teacher doubles training and costs nothing afterwards; without a file it learns from the same labels at the same time instead of before, a small image encoder replaces the paper's face and audio streams, and where its discriminator sits follows the abstract and not the authors' code, which is not public."},
    .suits = flatTaskKinds(),
}};

} // namespace concord
