// A stage of deep multi-task representation learning (DMTRL; Yang and Hospedales, ICLR 2017): the T weights of each layer, one per task, are a tensor
// that is written by factors all tasks share and a vector per task, and are rebuilt from them in every forward pass. It runs once per task. The weights
// start with the variance of He et al. (ICCV 2015); factors of networks that were trained alone can be given as a file (`factorise`).
#include "core/base/text.h"
#include "core/model/conditioned_stage.h"
#include "core/model/feature_cost.h"
#include "core/model/pretrained.h"
#include "core/model/task_norm.h"
#include "core/model/tensor_factors.h"

namespace concord {

namespace {

/// What the factors of one layer's stack are.
struct FactorPlan
{
    Factorisation kind = Factorisation::tucker;
    StackSizes sizes = {};
    std::vector<std::int64_t> ranks = {};
};

class FactorisedMap : public LayerUnit
{
public:
    FactorisedMap(Layer &owner, const ConvOptions &conv, FactorPlan plan)
        : LayerUnit(owner, conv.name)
        , plan_(std::move(plan))
        , conv_(conv)
    {
        const std::vector<std::vector<std::int64_t>> shapes = factorShapes(plan_.kind, plan_.sizes, plan_.ranks);
        for (std::size_t i = 0; i < shapes.size(); ++i)
            shared_.push_back(addParameter(fmt::format("factor{}", i).c_str(), shapes[i], Init::normal(std::sqrt(variance(i)))));
        for (int t = 0; t < int(plan_.sizes.back()); ++t) {
            const bool alone = plan_.kind == Factorisation::train;
            const OfTask own(owner, fmt::format("{}.task{}", conv.name, t), {t});
            ofTasks_.push_back(own.add({plan_.ranks.back()}, Init::normal(alone ? 1 : 1 / std::sqrt(double(plan_.ranks.back())))));
        }
    }

    at::Tensor operator()(const at::Tensor &x, std::size_t task) const
    {
        std::vector<at::Tensor> shared;
        for (const at::Tensor *factor : shared_)
            shared.push_back(*factor);
        const at::Tensor weight = rebuildWeight(plan_.kind, plan_.sizes, shared, *ofTasks_[task]);
        return convolve(x, weight, {}, conv_.stride, conv_.dilation);
    }

private:
    struct OfTask : LayerUnit
    {
        OfTask(Layer &owner, const std::string &prefix, std::vector<int> outputs)
            : LayerUnit(owner, prefix, std::move(outputs))
        {
        }
        at::Tensor *add(at::IntArrayRef sizes, Init init) const { return addParameter("factor", sizes, init); }
    };

    /// Of shared factor `i`, so that products summed over all ranks have He's variance: each other factor makes up for the rank that it is summed over.
    double variance(std::size_t i) const
    {
        const double he = (conv_.activation == Activation::relu ? 2.0 : 1.0) / double(conv_.in * conv_.kernel * conv_.kernel);
        switch (plan_.kind) {
        case Factorisation::svd:
            return he;
        case Factorisation::tucker:
            return i == 0 ? he : 1 / double(plan_.ranks[i - 1]);
        case Factorisation::train:
            return (i == 0 ? he : 1) / double(plan_.ranks[i]);
        }
        return he;
    }

    FactorPlan plan_;
    ConvOptions conv_;
    std::vector<const at::Tensor *> shared_;
    std::vector<const at::Tensor *> ofTasks_;
};

class FactorisedLayer : public ConditionedLayer
{
public:
    FactorisedLayer(const std::vector<StageUnit> &units, std::size_t tasks, bool normOfEachTask, const std::function<FactorPlan(const ConvOptions &)> &plan)
    {
        addUnits(units, [&](const ConvOptions &conv) { return std::make_unique<Normed>(*this, conv, plan(conv), tasks, normOfEachTask); });
    }

private:
    struct Normed : TaskMap
    {
        Normed(Layer &owner, const ConvOptions &conv, FactorPlan plan, std::size_t tasks, bool normOfEachTask)
            : map(owner, conv, std::move(plan))
            , norm(owner, conv.normName, conv.out, tasks, normOfEachTask)
        {
        }

        at::Tensor operator()(const at::Tensor &x, std::size_t task) const override { return norm(map(x, task), task); }

        FactorisedMap map;
        TaskNorm norm;
    };
};

class FactorisedStage : public ConditionedStage, public PretrainedBlock
{
public:
    FactorisedStage()
        : ConditionedStage("basic")
    {
    }

    void params(ParamVisitor &visitor) override
    {
        sizeParams(visitor);
        kindParam(visitor, {"basic", "bottleneck", "plain"});
        visitor("factorisation", factorisation_,
                {.help = "How each layer's weights of all tasks are written: SVD of the task axis, Tucker's form, or a tensor train",
                 .choices = {"svd", "tucker", "tt"}});
        visitor("share", share_, {.help = "Share of the full rank that each factor keeps; 1 can represent any weights, so that nothing must be shared", .min = 0.01, .max = 1});
        visitor("ranks", ranks_,
                {.help = "Largest ranks instead of a share: one number for all, or as many as there are (the last belongs to the tasks)", .min = 1, .advanced = true});
        visitor("norm", norm_, {.help = "Batch normalisation: one per task, or one for all", .choices = {"task", "shared"}, .advanced = true});
        typeParam(visitor);
        weightsParams(visitor, "factors");
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const auto tasks = std::int64_t(spec.outputs.size());
        return std::make_shared<FactorisedLayer>(units(spec.inputs.at("in.0").shape), std::size_t(tasks), norm_ == "task",
                                                 [&](const ConvOptions &conv) { return plan(conv, tasks); });
    }

    std::string summary() const override { return fmt::format("{}, {}", ConditionedStage::summary(), factorisation_); }

protected:
    /// Rebuilding the weights costs the same for any batch and is not counted.
    Cost mapCost(const ConvOptions &conv, std::int64_t pixels, std::int64_t tasks) const override
    {
        const FactorPlan factors = plan(conv, tasks);
        return {.parameters = factorCount(factors.kind, factors.sizes, factors.ranks) + TaskNorm::parameterCount(conv.out, tasks, norm_ == "task"),
                .macs = tasks * pixels * weightCount(conv)};
    }

private:
    FactorPlan plan(const ConvOptions &conv, std::int64_t tasks) const
    {
        FactorPlan result{.kind = factorisation(factorisation_), .sizes = {conv.out, conv.in}};
        if (areMaps())
            result.sizes.insert(result.sizes.end(), {conv.kernel, conv.kernel});
        result.sizes.push_back(tasks);
        result.ranks = fullRanks(result.kind, result.sizes);
        if (ranks_.size() > 1 && ranks_.size() != result.ranks.size())
            throw Error("ranks: expected one number or {}, found {}", result.ranks.size(), ranks_.size());
        for (std::size_t i = 0; i < result.ranks.size(); ++i) {
            const std::int64_t byShare = std::max<std::int64_t>(1, std::int64_t(std::ceil(share_ * double(result.ranks[i]) - 1e-9)));
            result.ranks[i] = ranks_.empty() ? byShare : std::min(result.ranks[i], ranks_[ranks_.size() > 1 ? i : 0]);
        }
        result.ranks = usefulRanks(result.kind, result.sizes, result.ranks);
        return result;
    }

    std::string factorisation_ = "tucker";
    double share_ = 0.5;
    std::vector<std::int64_t> ranks_;
    std::string norm_ = "task";
};

const Register<Block, FactorisedStage> registeredFactorisedStage{Card{.id = "factorised_stage",
                                                                      .title = "Factorised stage",
                                                                      .category = "Sharing",
                                                                      .summary = "A stage per task whose weights are products of factors that all share and a vector of each task.",
                                                                      .paper = "Yang and Hospedales, ICLR 2017"}};

} // namespace

} // namespace concord
