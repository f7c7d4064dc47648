// ML-GCN: multi-label tasks get their classifiers from a graph over the labels, linked where labels occur together in the training set.
#include "core/base/text.h"
#include "core/graph/node_block.h"
#include "core/session/shared_trunk.h"

#include <algorithm>

namespace concord {

namespace {

class LabelGraphNetwork : public Recipe
{
public:
    void params(ParamVisitor &visitor) override
    {
        Recipe::params(visitor);
        visitor("links", links_, {.help = "Whether labels are linked as they occur together in the training set, or all alike", .choices = {"counted", "uniform"}});
        visitor("samples", samples_, {.help = "How many training samples, spread over the set, are looked at to count labels", .min = 1, .max = 1e9});
        visitor("embedding", embedding_, {.help = "Numbers of each label's learnt embedding", .min = 1, .max = 65536});
        visitor("graph_width", width_, {.help = "Width behind the first graph convolution", .min = 1, .max = 65536});
        visitor("tau", tau_, {.help = "Two labels are linked when the second occurs in at least this share of the samples that have the first", .min = 0, .max = 1});
        visitor("p", p_, {.help = "Share of a label's own row that its neighbours get", .min = 0, .max = 1});
    }

protected:
    void layOut(RecipeLayout &layout) const override
    {
        layout.plan().schedule = "step";   // by ten, twice
        const std::vector<TaskInfo> &tasks = layout.tasks();
        const auto isLabels = [&](std::size_t t) { return tasks[t].kind == TaskKind::multilabel; };
        const auto first = std::size_t(std::ranges::find(tasks, TaskKind::multilabel, &TaskInfo::kind) - tasks.begin());
        if (first == tasks.size())
            throw Error("recipe ml_gcn: expected at least one multi-label task, found none");
        layout.setFrame("Trunk");
        const Stream trunk = addSharedTrunk(layout, "", layout.middle());
        layout.setFrame("");
        Streams streams(tasks.size(), trunk);
        if (layout.hasImages()) {
            layout.nextColumn();
            const Stream pooled = {.from = {layout.add("label_pool", "global_pool", {{"mode", std::string("max")}}, layout.row(first), {{"in", trunk.from}}), "out"}, .isMap = false};
            for (std::size_t t = 0; t < tasks.size(); ++t)
                if (isLabels(t))
                    streams[t] = pooled;
        }
        Streams predictions = layout.addDecoders(streams);
        layout.nextColumn();
        for (std::size_t t = 0; t < tasks.size(); ++t) {
            const std::string id = layout.stem(t) + "_head";
            const PortRef from = predictions[t].from;
            predictions[t].from = {isLabels(t) ? layout.add(id, "label_gcn", headParams(layout, tasks[t]), layout.row(t), {{"in", from}}) : layout.addHead(id, t, predictions[t]), "out"};
        }
        layout.finishPredictions(predictions);
    }

private:
    ParamMap headParams(RecipeLayout &layout, const TaskInfo &task) const
    {
        ParamMap params = {{"classes", task.classes}, {"embedding", embedding_}, {"hidden", width_}, {"tau", tau_}, {"p", p_}};
        if (links_ == "counted")
            params["counts"] = countLabels(layout.graph().nodes.front(), task);
        return params;
    }

    /// How often each label occurs, and each two together, row by row; samples without the label or with unknown values count for nothing there.
    std::vector<std::int64_t> countLabels(const Node &data, const TaskInfo &task) const
    {
        const std::unique_ptr<Block> block = makeBlock(data);
        const std::shared_ptr<const Dataset> set = dynamic_cast<const DataBlock &>(*block).open(Split::train, 1);
        const std::vector<TaskInfo> &all = set->info().tasks;
        const auto place = std::size_t(std::ranges::find(all, task.name, &TaskInfo::name) - all.begin());
        std::vector<std::int64_t> counts(std::size_t(task.classes * task.classes));
        const std::int64_t looked = std::min(samples_, set->size());
        for (std::int64_t s = 0; s < looked; ++s) {
            const std::vector<float> labels = set->get(s * set->size() / looked).labels.at(place);
            for (std::size_t i = 0; i < labels.size(); ++i)
                for (std::size_t j = 0; labels[i] > 0.5F && j < labels.size(); ++j)
                    counts[i * std::size_t(task.classes) + j] += labels[j] > 0.5F;
        }
        return counts;
    }

    std::string links_ = "counted";
    std::int64_t samples_ = 500;
    std::int64_t embedding_ = 64;
    std::int64_t width_ = 128;
    double tau_ = 0.4;
    double p_ = 0.2;
};

} // namespace

static const RegisterRecipe<LabelGraphNetwork> registeredLabelGraphNetwork{RecipeCard{
    .card = {.id = "ml_gcn",
             .title = "ML-GCN",
             .category = "Recipes",
             .summary = "Multi-label tasks whose classifiers two graph convolutions make from embeddings of labels that occur together.",
             .paper = "Chen et al., CVPR 2019",
             .claims = {},
             .fidelity = "reduced architecture"},
    .year = 2019,
    .kind = "graph",
    .explanation = {"Labels that often occur together should have classifiers that know of each other.", "The labels are nodes of a graph whose links follow from how often labels occur together in the training set; two graph convolutions turn their embeddings into one linear classifier each, applied to the largest value of every channel of the shared features.",
                    "At test time the classifiers are constants and cost no more than a linear head; embeddings are learnt instead of taken from GloVe, a small trunk stands in for ResNet-101, and tasks of other kinds get their usual heads on the same trunk."},
    .suits = allTaskKinds(),
}};

} // namespace concord
