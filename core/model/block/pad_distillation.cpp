// Multi-modal distillation of PAD-Net (Xu et al., CVPR 2018, section 3.3) between the tasks' columns F. Module C: a task's own gate
// Gₜ = σ(W_gₜ ∗ Fₜ) lets messages in, Fₜ + Σ_{l≠t} Gₜ ⊙ (Wₗ ∗ Fₗ), where Wₗ is one for all receivers; module B: Fₜ + Σ_{l≠t} W_tl ∗ Fₗ without gates;
// module A: all columns joined. Where a column's initial prediction is linked, a convolution maps it to features that are added to the column first.
#include "core/base/text.h"
#include "core/model/columns.h"
#include "core/model/conv_unit.h"

namespace concord {

namespace {

enum class PadModule { join, message, attention };

/// What the layer and its cost are both made from.
struct PadPlan
{
    PadModule module = PadModule::attention;
    std::int64_t channels = 1;
    std::int64_t kernel = 3;
    std::vector<std::int64_t> predictions; ///< channels of each task's prediction, 0 where none is linked

    std::size_t tasks() const { return predictions.size(); }

    /// Convolutions between columns: message C has one for each sender and one gate for each receiver.
    std::int64_t convolutions() const
    {
        const auto count = std::int64_t(tasks());
        if (module == PadModule::join || count < 2)
            return 0;
        return module == PadModule::message ? count * (count - 1) : 2 * count;
    }
};

class PadDistillationLayer : public Layer
{
public:
    explicit PadDistillationLayer(const PadPlan &plan)
        : module_(plan.module)
        , tasks_(plan.tasks())
        , encoders_(tasks_)
        , pairs_(tasks_)
    {
        const auto conv = [&](const std::string &name, std::int64_t in, Activation activation, std::vector<int> outputs) {
            return ConvUnit(
                *this,
                {.name = name, .normName = "", .in = in, .out = plan.channels, .kernel = plan.kernel, .activation = activation, .outputs = std::move(outputs)});
        };
        for (std::size_t t = 0; t < tasks_; ++t)
            if (plan.predictions[t] > 0)
                encoders_[t].emplace(conv(fmt::format("task{}.encode", t), plan.predictions[t], Activation::none, {}));
        if (plan.convolutions() == 0)
            return;
        for (std::size_t t = 0; t < tasks_; ++t) {
            if (module_ == PadModule::message) {
                for (std::size_t l = 0; l < tasks_; ++l)
                    pairs_[t].push_back(l == t ? std::nullopt
                                               : std::optional(conv(fmt::format("task{}.from{}", t, l), plan.channels, Activation::none, {int(t)})));
                continue;
            }
            std::vector<int> others;
            for (std::size_t o = 0; o < tasks_; ++o)
                if (o != t)
                    others.push_back(int(o));
            gates_.push_back(conv(fmt::format("task{}.gate", t), plan.channels, Activation::sigmoid, {int(t)}));
            messages_.push_back(conv(fmt::format("task{}.message", t), plan.channels, Activation::none, others));
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> columns;
        for (std::size_t t = 0; t < tasks_; ++t)
            columns.push_back(encoders_[t] ? inputs[t] + (*encoders_[t])(inputs[tasks_ + t]) : inputs[t]);
        if (module_ == PadModule::join)
            return std::vector<at::Tensor>(tasks_, at::cat(columns, 1));
        std::vector<at::Tensor> sent;
        for (std::size_t l = 0; l < messages_.size(); ++l)
            sent.push_back(messages_[l](columns[l]));
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < tasks_; ++t) {
            at::Tensor sum;
            for (std::size_t l = 0; l < tasks_; ++l) {
                if (l == t)
                    continue;
                const at::Tensor message = sent.empty() ? (*pairs_[t][l])(columns[l]) : sent[l];
                sum = sum.defined() ? sum + message : message;
            }
            if (!sum.defined())
                return columns; // a single task
            result.push_back(columns[t] + (sent.empty() ? sum : gates_[t](columns[t]) * sum));
        }
        return result;
    }

private:
    PadModule module_;
    std::size_t tasks_;
    std::vector<std::optional<ConvUnit>> encoders_;
    std::vector<std::vector<std::optional<ConvUnit>>> pairs_; ///< [receiver][sender], message passing alone
    std::vector<ConvUnit> gates_;
    std::vector<ConvUnit> messages_;
};

class PadDistillation : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor(
            "module", module_,
            {.help = "How tasks exchange: messages that the receiver's attention gates (the paper's C), messages as they are (B), or all columns joined (A)",
             .choices = {"attention", "message", "concat"}});
        visitor("kernel", kernel_, {.help = "Side of the square kernels, an odd number", .unit = "px", .min = 1, .max = 15, .advanced = true});
    }

    std::vector<Port> inputs() const override
    {
        return {Port{.id = "in", .type = PortType::features, .repeats = true, .label = "features of each task"},
                Port{.id = "prediction",
                     .type = PortType::prediction,
                     .repeats = true,
                     .optional = true,
                     .label = "the task's initial prediction, of the same size"}};
    }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (kernel_ % 2 == 0)
            throw Error("kernel: expected an odd number, found {}", kernel_);
        const Shape &shape = requireColumns(inputs, repeats, "features");
        const PadPlan plan = this->plan(inputs, std::size_t(repeats), shape[0]);
        FeatureCost total;
        FeatureCost exchange{shape};
        exchange.conv(shape[0], kernel_, 1, 1, /*normed=*/false);
        total.parameters = plan.convolutions() * exchange.parameters;
        total.macs = plan.convolutions() * exchange.macs;
        for (std::size_t t = 0; t < plan.tasks(); ++t) {
            if (plan.predictions[t] == 0)
                continue;
            const std::string port = fmt::format("prediction.{}", t);
            FeatureCost encoder{requireFeatures(inputs, port)};
            encoder.conv(shape[0], kernel_, 1, 1, false);
            if (encoder.shape != shape)
                throw Error("input '{}' expected {}×{} as at 'in.0', found {}×{}", port, shape[1], shape[2], encoder.shape[1], encoder.shape[2]);
            total.add(encoder);
        }
        const Shape out = module_ == "concat" ? Shape{shape[0] * repeats, shape[1], shape[2]} : shape;
        return {.outputs = columnOutputs(out, repeats, "features"), .parameters = total.parameters, .macs = total.macs};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<PadDistillationLayer>(plan(spec.inputs, spec.outputs.size(), spec.inputs.at("in.0").shape[0]));
    }

    std::string summary() const override { return module_ == "concat" ? "all columns joined" : module_ == "message" ? "messages" : "gated messages"; }

private:
    PadPlan plan(const PortTypes &inputs, std::size_t tasks, std::int64_t channels) const
    {
        PadPlan result{.module = module_ == "concat"    ? PadModule::join
                                 : module_ == "message" ? PadModule::message
                                                        : PadModule::attention,
                       .channels = channels,
                       .kernel = kernel_,
                       .predictions = {}};
        for (std::size_t t = 0; t < tasks; ++t) {
            const auto found = inputs.find(fmt::format("prediction.{}", t));
            result.predictions.push_back(found == inputs.end() ? 0 : requireFeatures(inputs, found->first)[0]);
        }
        return result;
    }

    std::string module_ = "attention";
    std::int64_t kernel_ = 3;
};

const Register<Block, PadDistillation> registeredPadDistillation{Card{.id = "pad_distillation",
                                                                      .title = "PAD distillation",
                                                                      .category = "Distillation",
                                                                      .summary = "Each task refines its features with messages from the other tasks' features.",
                                                                      .paper = "Xu et al., CVPR 2018"}};

} // namespace

} // namespace concord
