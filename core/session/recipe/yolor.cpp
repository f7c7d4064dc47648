// YOLOR: hard parameter sharing with implicit knowledge of each task, added to the trunk's features and multiplied with the predictions.
#include "core/session/shared_trunk.h"

namespace concord {

namespace {

class ImplicitKnowledgeNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("form", form_, {.help = "How each task's implicit knowledge is made: a learnt vector, a linear map of one, or a combination of several", .choices = {"vector", "linear", "factorised"}});
        visitor("size", size_, {.help = "Numbers of the vector that is mapped, or how many vectors are combined", .min = 1, .max = 4096});
        visitor("align", align_, {.help = "How it joins the trunk's features", .choices = {"add", "multiply", "concatenate"}});
        visitor("refine", refine_, {.help = "Multiply predictions with implicit knowledge too"});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        const std::size_t tasks = layout.tasks().size();
        layout.setFrame("Trunk");
        const Stream trunk = addSharedTrunk(layout, "", layout.middle());
        layout.setFrame("");
        const Streams aligned = layout.addSharing("alignment", "implicit_knowledge", {{"combine", align_}, {"form", form_}, {"size", size_}}, Streams(tasks, trunk));
        Streams predictions = layout.addDecoders(aligned);
        layout.nextColumn();
        for (std::size_t t = 0; t < tasks; ++t)
            predictions[t].from = {layout.addHead(layout.stem(t) + "_head", t, predictions[t]), "out"};
        if (refine_)
            layout.nextColumn();
        for (std::size_t t = 0; refine_ && t < tasks; ++t) {
            const ParamMap params = {{"combine", std::string("multiply")}, {"form", form_}, {"size", size_}, {"type", std::string("prediction")}};
            predictions[t].from = {layout.add(layout.stem(t) + "_refined", "implicit_knowledge", params, layout.row(t), {{"in.0", predictions[t].from}}), "out.0"};
        }
        layout.finishPredictions(predictions);
    }

private:
    std::string form_ = "vector";
    std::int64_t size_ = 16;
    std::string align_ = "add";
    bool refine_ = true;
};

} // namespace

static const RegisterRecipe<ImplicitKnowledgeNetwork> registeredImplicitKnowledgeNetwork{RecipeCard{
    .card = {.id = "yolor",
             .title = "YOLOR",
             .category = "Recipes",
             .summary = "One shared trunk, and learnt values of each task, the same for every input, that align its features and refine its predictions.",
             .paper = "Wang, Yeh and Liao, arXiv 2021",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2021,
    .kind = "architecture-hard",
    .explanation = {"What a network knows without looking at the input can be learnt apart from what it sees, and tells one representation which task it serves.", "Each task has a vector that is added to the shared features before its decoder and another that is multiplied with its prediction; both start within a few percent of changing nothing.",
                    "A task costs as many further numbers as there are channels, whatever the size of the image; the paper's detector with its feature pyramid is replaced by a small residual trunk with the usual heads."},
    .suits = allTaskKinds(),
}};

} // namespace concord
