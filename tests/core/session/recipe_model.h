#pragma once

#include "core/data/dataset.h"
#include "core/graph/analysis.h"
#include "core/graph/node_block.h"
#include "core/model/generator.h"
#include "core/model/model.h"
#include "core/session/recipe.h"

namespace concord::test {

/// Images 3×size×size, or vectors of `size`, of noise with the given tasks ("depth:depth", "a:classification:4").
inline Node noiseData(std::vector<std::int64_t> shape, std::vector<std::string> tasks)
{
    return {.id = "data", .type = "random_data", .params = {{"shape", std::move(shape)}, {"tasks", std::move(tasks)}, {"count", std::int64_t(16)}}};
}

/// `count` tasks of as many kinds as there are for images, or for vectors.
inline std::vector<std::string> mixedTasks(int count, bool images)
{
    const std::vector<std::string> dense = {"seg:segmentation:5", "depth:depth", "kind:classification:4", "normals:normals", "edges:edges", "tags:multilabel:3", "value:regression:2", "salient:saliency"};
    const std::vector<std::string> flat = {"a:classification:4", "b:regression:2", "c:multilabel:3", "d:regression:1", "e:classification:2", "f:multilabel:2", "g:regression:3", "h:classification:3"};
    const std::vector<std::string> &all = images ? dense : flat;
    return {all.begin(), all.begin() + count};
}

/// A recipe's experiment, analysed and compiled, in evaluation. Weights follow from node ids alone, so that nodes of one name start alike in
/// different recipes.
struct RecipeModel
{
    Experiment experiment;
    Analysis analysis;
    std::unique_ptr<Model> model;

    RecipeModel(const std::string &id, const Node &data, const ParamMap &params = {})
        : RecipeModel(*registered(id, params), data)
    {
    }

    RecipeModel(const Recipe &recipe, const Node &data)
        : experiment(recipe.make(data))
    {
        analysis = analyse(experiment.graph);
        if (!analysis.runnable())
            throw Error("{}", analysis.firstError());
        const auto &set = dynamic_cast<const DataBlock &>(*analysis.nodes.at(analysis.dataNode).block);
        model = Model::compile(experiment.graph, analysis, set.describe(), {});
        model->setTraining(false);
    }

    at::Tensor batch(std::uint64_t seed = 3) const
    {
        std::vector<std::int64_t> sizes = analysis.nodes.at(analysis.dataNode).outputTypes.at("image").shape;
        sizes.insert(sizes.begin(), 2);
        return at::empty(sizes, at::kFloat).normal_(0, 1, makeGenerator(at::kCPU, seed));
    }

    std::vector<at::Tensor> predictions() const { return model->forward(batch()).predictions; }

    const ModelNode &node(const std::string &id) const { return model->nodes()[index(id)]; }
    Forward::NodeValues values(const std::string &id) const { return model->forward(batch()).nodes[index(id)]; }

    at::Tensor parameter(const std::string &name) const
    {
        for (const ModelParameter &parameter : model->parameters())
            if (parameter.name == name)
                return parameter.value;
        throw Error("no parameter '{}'", name);
    }

    /// Numbers that two or more tasks train.
    std::int64_t sharedNumbers() const
    {
        std::int64_t count = 0;
        for (const ModelParameter &parameter : model->parameters())
            count += parameter.tasks.size() > 1 ? parameter.value.numel() : 0;
        return count;
    }

    std::int64_t count(const std::string &type) const { return std::ranges::count(experiment.graph.nodes, type, &Node::type); }

private:
    static std::unique_ptr<Recipe> registered(const std::string &id, const ParamMap &params)
    {
        std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make(id);
        setParams(*recipe, params, id);
        return recipe;
    }

    std::size_t index(const std::string &id) const
    {
        const auto found = std::ranges::find(model->nodes(), id, &ModelNode::id);
        if (found == model->nodes().end())
            throw Error("no node '{}'", id);
        return std::size_t(found - model->nodes().begin());
    }
};

} // namespace concord::test
