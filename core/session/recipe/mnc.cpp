// A cascade of tasks as in multi-task network cascades: each task reads the shared features and what all earlier tasks predicted.
#include "core/session/task_ends.h"

#include <algorithm>
#include <numeric>

namespace concord {

namespace {

class TaskCascade : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("order", order_,
                {.help = "The tasks' names from the first stage of the cascade to the last; empty: boxes, saliency, edges, depth, normals, segmentation, then those of the whole image"});
        visitor("gradient", gradient_,
                {.help = "Whether later tasks train the earlier ones through their predictions, as in the paper, or take these as given", .choices = {"through", "stop"}});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.nextColumn();
        Stream trunk = layout.addStem("stem", layout.input(), layout.middle());
        if (!layout.isResNet()) {
            layout.nextColumn();
            trunk = layout.addUnits("trunk", options().blocks, trunk, layout.middle());
        }
        Streams predictions(layout.tasks().size());
        std::vector<RecipeLayout::Link> links = {{"in", trunk.from}};
        for (const std::size_t t : order(layout)) {
            Stream features = trunk;
            if (links.size() > 1) {
                layout.nextColumn();
                const ParamMap params = {{"channels", options().decoder}, {"gradient", gradient_}};
                features.from = {layout.add(layout.stem(t) + "_cascade", "cascade_stage", params, layout.row(t), links), "out"};
            }
            layout.nextColumn();
            const Stream decoded = addTaskDecoder(layout, t, features);
            layout.nextColumn();
            predictions[t] = decoded;
            predictions[t].from = {layout.addHead(layout.stem(t) + "_head", t, decoded), "out"};
            links.push_back({fmt::format("prediction.{}", links.size() - 1), predictions[t].from});
        }
        layout.finishPredictions(predictions);
    }

private:
    std::vector<std::size_t> order(const RecipeLayout &layout) const
    {
        const std::vector<TaskInfo> &tasks = layout.tasks();
        std::vector<std::size_t> result;
        if (order_.empty()) {
            static constexpr TaskKind usual[] = {TaskKind::boxes, TaskKind::saliency, TaskKind::edges, TaskKind::depth, TaskKind::normals, TaskKind::segmentation};
            result.resize(tasks.size());
            std::iota(result.begin(), result.end(), std::size_t(0));
            std::ranges::stable_sort(result, {}, [&](std::size_t t) { return std::ranges::find(usual, tasks[t].kind) - std::begin(usual); });
            return result;
        }
        std::vector<std::string> names;
        for (const TaskInfo &task : tasks)
            names.push_back(task.name);
        for (const std::string &name : order_) {
            const auto at = std::size_t(std::ranges::find(names, name) - names.begin());
            if (at == names.size())
                throw Error("recipe mnc: order: expected the names {}, found '{}'{}", join(names, ", "), name, didYouMean(name, names));
            if (std::ranges::find(result, at) != result.end())
                throw Error("recipe mnc: order: expected each task once, found '{}' twice", name);
            result.push_back(at);
        }
        if (result.size() != tasks.size())
            throw Error("recipe mnc: order: expected all {} tasks ({}), found {}", names.size(), join(names, ", "), result.size());
        return result;
    }

    std::vector<std::string> order_;
    std::string gradient_ = "through";
};

} // namespace

static const RegisterRecipe<TaskCascade> registeredTaskCascade{RecipeCard{
    .card = {.id = "mnc",
             .title = "Task cascade (MNC)",
             .category = "Recipes",
             .summary = "Tasks one after the other, each of which reads the shared features and what the earlier ones predicted.",
             .paper = "Dai et al., CVPR 2016",
             .claims = {},
             .fidelity = "analogue"},
    .year = 2016,
    .kind = "cascade",
    .explanation = {"Some tasks are easier once others are solved: what an object is, once it is known where it is and which pixels belong to it.",
                    "All stages read one trunk; from the second on a stage joins the trunk's features with all earlier predictions and convolves both, and its gradient also trains "
                    "the earlier stages through what they predicted, unless it is stopped.",
                    "Each task after the first costs one more convolution, and stages cannot run side by side; the paper's boxes proposed, warped and masked one by one for instance "
                    "segmentation are replaced by whole maps of your data's tasks in an order of your choice."},
    .suits = imageTaskKinds(),
    .needsImages = true,
}};

} // namespace concord
