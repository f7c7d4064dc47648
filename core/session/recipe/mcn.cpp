// MultiTask-CenterNet: CenterNet's backbone and upsampling path, and on its one map a light head for each task.
#include "core/session/task_ends.h"

namespace concord {

namespace {

class MultiTaskCentreNet : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("cell", cell_, {.help = "Side of a cell of the map that all heads read; the finest stage whose cells are as large gives its size", .unit = "pixels", .min = 1, .max = 64});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        requireBoxes(layout, "mcn");
        const Streams levels = addLevels(layout, "Backbone", "backbone");
        const Streams coarse = coarseLevels(levels, cell_);
        layout.setFrame("Backbone");
        layout.nextColumn();
        const ParamMap params = {{"channels", layout.width(layout.stages() - 1)}, {"upsample", std::int64_t(1)}};
        const Stream neck = {.from = {layout.add("neck", "fpn_decoder", params, layout.middle(), levelLinks(coarse)), "out"}, .shrink = coarse.front().shrink};
        layout.setFrame("");

        layout.nextColumn();
        Streams ends;
        for (std::size_t t = 0; t < layout.tasks().size(); ++t)
            ends.push_back(addTaskDecoder(layout, t, neck));
        finishHeads(layout, std::move(ends));
    }

private:
    std::int64_t cell_ = 2;
};

} // namespace

static const RegisterRecipe<MultiTaskCentreNet> registeredMultiTaskCentreNet{RecipeCard{
    .card = {.id = "mcn",
             .title = "MultiTask-CenterNet",
             .category = "Recipes",
             .summary = "A detector without anchors whose one map of features also serves the heads of other tasks.",
             .paper = "Heuer et al., ICCV Workshops 2021",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2021,
    .kind = "architecture-hard",
    .explanation = {"A detector that sees objects as points makes one map of features, and any other dense task can be a further head on it.",
                    "A backbone and a path back up to finer maps end in a single map, from which each task has a 3×3 and a 1×1 convolution: heat maps of centres, sizes and "
                    "offsets for boxes, scores per pixel for segmentation.",
                    "A task adds two convolutions; a small residual network and a feature pyramid stand in for ResNet-50 with deconvolutions, poses are not offered, and other tasks of "
                    "pixels or of the whole image are heads like the segmentation's."},
    .suits = imageTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
