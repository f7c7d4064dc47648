// A discriminator that learns from which task's column features come, behind a gradient reversal (Ganin & Lempitsky, ICML 2015): the columns
// pass through unchanged, and the cross-entropy of "which task" is a further term of the objective. The discriminator goes down its gradient,
// the layers before it go up, so that the tasks' features become alike. ASTMT (Maninis et al., CVPR 2019) judges gradients in this way.
#include "core/base/text.h"
#include "core/model/feature_cost.h"
#include "core/model/linear_unit.h"
#include "core/tensor/gradient_reversal.h"

#include <optional>

namespace concord {

namespace {

struct DiscriminatorOptions
{
    std::int64_t in = 1;
    std::int64_t tasks = 1;
    std::int64_t hidden = 64;
    double weight = 0.1;
    double reversal = 1;
    std::int64_t warmup = 0;
    bool pool = false;
    bool unit = false;
};

class TaskDiscriminatorLayer : public Layer
{
public:
    explicit TaskDiscriminatorLayer(const DiscriminatorOptions &options)
        : options_(options)
    {
        std::int64_t in = options.in;
        if (options.hidden > 0) {
            hidden_.emplace(*this, "fc1", in, options.hidden, /*rectified=*/true);
            in = options.hidden;
        }
        judge_.emplace(*this, "fc2", in, options.tasks, /*rectified=*/false);
        steps_ = &addBuffer("steps", at::zeros({}));
    }

    /// In evaluation there is no term, and nothing of it in a traced model.
    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        term_ = at::Tensor();
        std::vector<at::Tensor> result;
        for (const at::Tensor &x : inputs)
            result.push_back(x.view_as(x));
        if (isTraining())
            judge(inputs);
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

    at::Tensor auxiliaryLoss() const override { return term_; }

    std::vector<Probe> probes() const override
    {
        if (!shares_.defined())
            return {};
        Probe probe{"discriminator", {}, {}, shares_};
        for (std::int64_t t = 0; t < options_.tasks; ++t) {
            probe.rows.push_back(fmt::format("task {}", t));
            probe.columns.push_back(fmt::format("taken for {}", t));
        }
        return {probe};
    }

private:
    /// Each column counts the same, however large its map.
    void judge(const std::vector<at::Tensor> &inputs)
    {
        const at::Tensor strength = reversalNow();
        std::vector<at::Tensor> losses;
        std::vector<at::Tensor> shares;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            const at::Tensor log = at::log_softmax(logits(reverseGradient(inputs[t], strength)).to(at::kFloat), -1);
            losses.push_back(log.select(-1, std::int64_t(t)).mean().neg());
            shares.push_back(log.detach().exp().mean({0}));
        }
        term_ = at::stack(losses).mean() * options_.weight;
        shares_ = at::stack(shares);
    }

    /// Rows of features, one per sample or pixel, to rows of scores.
    at::Tensor logits(const at::Tensor &x) const
    {
        constexpr double slope = 0.2;
        const bool isMap = x.dim() == 4;
        at::Tensor rows = isMap && options_.pool ? x.mean({2, 3}) : isMap ? x.permute({0, 2, 3, 1}).flatten(0, 2) : x;
        if (options_.unit)
            rows = rows / (rows.norm(2, {1}, /*keepdim=*/true) + 1e-6);
        if (hidden_)
            rows = at::leaky_relu((*hidden_)(rows), slope);
        return (*judge_)(rows);
    }

    /// Grows from 0 as 2 / (1 + exp(−10 p)) − 1 with p the share of the warm-up that is over, as Ganin & Lempitsky let it.
    at::Tensor reversalNow()
    {
        if (options_.warmup == 0)
            return at::full({}, options_.reversal, steps_->options());
        const at::NoGradGuard noGrad;
        steps_->add_(1);
        const at::Tensor over = (*steps_ / double(options_.warmup)).clamp_max(1);
        return (at::sigmoid(over * 10) * 2 - 1) * options_.reversal;
    }

    DiscriminatorOptions options_;
    std::optional<LinearUnit> hidden_;
    std::optional<LinearUnit> judge_;
    at::Tensor *steps_ = nullptr; ///< of training so far; a buffer, so that a resumed run goes on
    at::Tensor term_;
    at::Tensor shares_; ///< [tasks, tasks]: for what each column was taken last
};

class TaskDiscriminator : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("hidden", hidden_, {.help = "Width of the discriminator's hidden layer; 0: none", .min = 0, .max = 8192});
        visitor("weight", weight_, {.help = "Weight of the discriminator's cross-entropy in the objective", .min = 0, .max = 100});
        visitor("reversal", reversal_, {.help = "Factor of the reversed gradient on the features; 0: the discriminator only watches", .min = 0, .max = 100});
        visitor("warmup", warmup_, {.help = "Steps over which the factor grows to this; 0: it is there at once", .unit = "steps", .min = 0, .max = 1e9});
        visitor("pool", pool_, {.help = "Judges the mean of a map instead of each pixel"});
        visitor("unit", unit_, {.help = "Judges directions: features are scaled to length 1 first", .advanced = true});
        visitor("type", type_, {.help = "What is judged: feature maps or vectors", .choices = {"features", "vector"}, .advanced = true});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = portType(type_), .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = portType(type_), .repeats = true}}; }

    /// Columns may differ in height and width.
    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (repeats < 1)
            throw Error("input 'in' expected at least one link, found none");
        Inference result;
        result.forwards = repeats;
        std::int64_t channels = 0;
        for (int t = 0; t < repeats; ++t) {
            const std::string port = fmt::format("in.{}", t);
            const Shape &shape = type_ == "vector" ? requireVector(inputs, port) : requireFeatures(inputs, port);
            channels = t == 0 ? shape[0] : channels;
            if (shape[0] != channels)
                throw Error("input '{}' expected {} channels as at 'in.0', found {}", port, channels, shape[0]);
            const std::int64_t rows = pool_ ? 1 : elementCount(shape) / channels;
            result.macs += rows * (hidden_ > 0 ? hidden_ * (channels + repeats) : channels * repeats);
            result.outputs[fmt::format("out.{}", t)] = {.type = portType(type_), .shape = shape};
        }
        result.parameters = hidden_ > 0 ? (channels + 1) * hidden_ + (hidden_ + 1) * repeats : (channels + 1) * repeats;
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<TaskDiscriminatorLayer>(DiscriminatorOptions{.in = spec.inputs.at("in.0").shape[0],
                                                                             .tasks = std::int64_t(spec.outputs.size()),
                                                                             .hidden = hidden_,
                                                                             .weight = weight_,
                                                                             .reversal = reversal_,
                                                                             .warmup = warmup_,
                                                                             .pool = pool_,
                                                                             .unit = unit_});
    }

    std::string summary() const override { return fmt::format("weight {}, reversed ×{}", paramText(weight_), paramText(reversal_)); }

private:
    std::int64_t hidden_ = 64;
    double weight_ = 0.1;
    double reversal_ = 1;
    std::int64_t warmup_ = 0;
    bool pool_ = false;
    bool unit_ = false;
    std::string type_ = "features";
};

const Register<Block, TaskDiscriminator> registeredTaskDiscriminator{
    Card{.id = "task_discriminator",
         .title = "Task discriminator",
         .category = "Conditioning",
         .summary = "Guesses from which task features come, and by a reversed gradient makes the tasks' features alike.",
         .paper = "Ganin & Lempitsky, ICML 2015"}};

} // namespace

} // namespace concord
