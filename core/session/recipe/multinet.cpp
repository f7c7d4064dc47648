// MultiNet: one encoder for classification of the whole image, FCN segmentation with skips, and boxes.
#include "core/session/task_ends.h"

namespace concord {

namespace {

class MultiNet : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("cell", cell_, {.help = "Side of a cell of the boxes' heat map; the finest stage whose cells are as large gives its size", .unit = "pixels", .min = 1, .max = 64});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        requireBoxes(layout, "multinet");
        const Streams levels = addLevels(layout, "Encoder", "encoder");
        layout.nextColumn();
        Streams ends;
        for (std::size_t t = 0; t < layout.tasks().size(); ++t) {
            if (isBoxes(layout, t))
                ends.push_back(addSkips(layout, t, coarseLevels(levels, cell_), 1));
            else if (isDense(layout.tasks()[t].kind))
                ends.push_back(addSkips(layout, t, levels, levels.front().shrink));
            else
                ends.push_back(addTaskDecoder(layout, t, levels.back()));
        }
        finishHeads(layout, std::move(ends));
    }

private:
    Stream addSkips(RecipeLayout &layout, std::size_t task, const Streams &levels, std::int64_t upsample) const
    {
        const ParamMap params = {{"channels", options().decoder}, {"upsample", upsample}};
        const std::string id = layout.add(layout.stem(task) + "_decoder", "fcn_decoder", params, layout.row(task), levelLinks(levels));
        return {.from = {id, "out"}, .shrink = levels.front().shrink / upsample};
    }

    std::int64_t cell_ = 2;
};

} // namespace

static const RegisterRecipe<MultiNet> registeredMultiNet{RecipeCard{
    .card = {.id = "multinet",
             .title = "MultiNet",
             .category = "Recipes",
             .summary = "One encoder for classification, segmentation and boxes, with a small decoder for each.",
             .paper = "Teichmann et al., IV 2018",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2018,
    .kind = "architecture-hard",
    .explanation = {"Driving needs the street's class, its surface and the cars on it at once, and almost all of the work for them is the same.",
                    "Every stage of one encoder is handed to light decoders: the last stage's mean for classification, scores of all stages added up from coarse to fine for "
                    "segmentation, and such scores of coarser stages for boxes.",
                    "Tasks add little to the encoder's cost; a small encoder stands in for VGG16, boxes are read off a heat map of their centres in place of the paper's grid "
                    "with its rescaling layer, and all tasks share each batch where the paper draws one per task."},
    .suits = imageTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
