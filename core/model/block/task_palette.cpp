// A decoder layer of CompositeTasking (Popovic et al., CVPR 2021, section 3.3): a convolution, batch normalisation without parameters of its
// own, then for each pixel scale and shift that two convolutions make from the palette's embedding there, and a leaky ReLU. All columns have
// the same weights and lie in one batch, whose statistics they share: a palette of the paper's training batch is any mixture of tasks, too.
#include "core/base/text.h"
#include "core/model/columns.h"
#include "core/model/kernel_unit.h"
#include "core/model/resample.h"

namespace concord {

namespace {

class TaskPaletteLayer : public Layer
{
public:
    /// `skip`: its channels, 0 for none.
    TaskPaletteLayer(std::int64_t in, std::int64_t skip, std::int64_t size, std::int64_t channels, std::int64_t hidden, std::int64_t kernel)
        : hasSkip_(skip > 0)
        , conv_(*this, {.name = "conv", .in = in + skip, .out = channels, .kernel = 3}, true, Init::he((in + skip) * 9, true))
        , embed_(*this, {.name = "shared", .normName = "", .in = size, .out = hidden, .kernel = kernel, .activation = Activation::none})
        , scale_(*this, {.name = "scale", .normName = "", .in = hidden, .out = channels, .kernel = kernel, .activation = Activation::none})
        , shift_(*this, {.name = "shift", .normName = "", .in = hidden, .out = channels, .kernel = kernel, .activation = Activation::none})
        , mean_(&addBuffer("running_mean", at::zeros({channels})))
        , variance_(&addBuffer("running_var", at::ones({channels})))
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        constexpr double slope = 0.01;
        const std::size_t tasks = (inputs.size() - 1) / 2;
        const auto columns = [&](std::size_t first) {
            return at::cat(std::vector<at::Tensor>(inputs.begin() + std::ptrdiff_t(first), inputs.begin() + std::ptrdiff_t(first + tasks)));
        };
        at::Tensor x = columns(1);
        if (hasSkip_) {
            const at::Tensor &skip = inputs[0];
            x = at::cat({resizeMap(x, skip.size(2), skip.size(3)), at::cat(std::vector<at::Tensor>(tasks, skip))}, 1);
        }
        const at::Tensor code = at::leaky_relu(embed_(resizeMap(columns(1 + tasks), x.size(2), x.size(3))), slope);
        x = normalised(conv_(x)) * (scale_(code) + 1) + shift_(code);
        return at::leaky_relu(x, slope).chunk(std::int64_t(tasks));
    }

private:
    at::Tensor normalised(const at::Tensor &x) const
    {
        constexpr double momentum = 0.1;
        constexpr double epsilon = 1e-5;
        const bool measure = isTraining() && x.numel() > x.size(1);
        return at::batch_norm(x, {}, {}, *mean_, *variance_, measure, momentum, epsilon, /*cudnn_enabled=*/true);
    }

    bool hasSkip_;
    KernelUnit conv_;
    ConvUnit embed_;
    ConvUnit scale_; ///< less 1, so that it starts near 1
    ConvUnit shift_;
    at::Tensor *mean_;
    at::Tensor *variance_;
};

class TaskPalette : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("channels", channels_, {.help = "Channels of each output", .min = 1, .max = 8192});
        visitor("hidden", hidden_, {.help = "Channels between the palette's embedding and scale and shift", .min = 1, .max = 8192});
        visitor("kernel", kernel_, {.help = "Kernel of the convolutions on the palette", .unit = "px", .min = 1, .max = 31, .advanced = true});
    }

    std::vector<Port> inputs() const override
    {
        return {Port{.id = "skip",
                     .type = PortType::features,
                     .optional = true,
                     .label = "features of the encoder, of which all columns get the same; sets the size"},
                Port{.id = "in", .type = PortType::features, .repeats = true},
                Port{.id = "palette", .type = PortType::features, .repeats = true, .label = "the embedding of the task wanted at each pixel"}};
    }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (kernel_ % 2 == 0)
            throw Error("kernel: expected an odd number, found {}", kernel_);
        Shape shape = requireColumns(inputs, repeats, "features");
        Shape palette = requireFeatures(inputs, "palette.0");
        for (int t = 1; t < repeats; ++t)
            if (const std::string port = fmt::format("palette.{}", t); requireFeatures(inputs, port) != palette)
                throw Error("input '{}' expected {} as at 'palette.0', found {}", port, shapeText(palette), shapeText(inputs.at(port).shape));
        if (inputs.contains("skip")) {
            const Shape &skip = requireFeatures(inputs, "skip");
            shape = {shape[0] + skip[0], skip[1], skip[2]};
        }
        FeatureCost code{{palette[0], shape[1], shape[2]}};
        code.conv(hidden_, kernel_, 1, 1, false);
        FeatureCost cost{shape};
        cost.conv(channels_, 3);
        cost.parameters -= 2 * channels_; // the normalisation has none of its own
        cost.add(code);
        for (int i = 0; i < 2; ++i) {
            FeatureCost affine{code.shape};
            affine.conv(channels_, kernel_, 1, 1, false);
            cost.add(affine);
        }
        return {.outputs = columnOutputs(cost.shape, repeats, "features"), .parameters = cost.parameters, .macs = repeats * cost.macs, .forwards = repeats};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const auto skip = spec.inputs.find("skip");
        const std::int64_t skipChannels = skip == spec.inputs.end() ? 0 : skip->second.shape[0];
        return std::make_shared<TaskPaletteLayer>(spec.inputs.at("in.0").shape[0], skipChannels, spec.inputs.at("palette.0").shape[0], channels_, hidden_,
                                                  kernel_);
    }

    std::string summary() const override { return fmt::format("{} channels", channels_); }

private:
    std::int64_t channels_ = 64;
    std::int64_t hidden_ = 32;
    std::int64_t kernel_ = 1;
};

const Register<Block, TaskPalette> registeredTaskPalette{
    Card{.id = "task_palette",
         .title = "Task palette",
         .category = "Conditioning",
         .summary = "A decoder layer whose features are scaled and shifted at each pixel by the task wanted there.",
         .paper = "Popovic et al., CVPR 2021"}};

} // namespace

} // namespace concord
