// Task modulation of an MLP (Thorat, Aldegheri, van Gerven and Peelen, "Modulation of early visual processing alleviates capacity limits in solving multiple
// tasks", CCN 2019). A one-hot cue c scales what a layer reads by 1 + W_g c and the layer's biases by 1 + W_b c; the weights are all tasks' own.
// As in the authors' code the gain is on the layer's inputs (pixels for the first layer, rectified units for the second), biases start at 0.1, and W_g, W_b
// as Glorot and Bengio (AISTATS 2010) have it. There the second layer is the common yes-or-no output; here it is a hidden one in front of the tasks' heads.
#include "core/model/columns.h"
#include "core/base/text.h"
#include "core/model/layer.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

struct ModulationOptions
{
    std::vector<std::int64_t> hidden = {};
    std::vector<bool> modulated = {};   ///< per layer
    bool gain = true;
    bool bias = true;
};

class ModulatedMlpLayer : public Layer
{
public:
    ModulatedMlpLayer(std::int64_t in, std::size_t tasks, const ModulationOptions &options)
    {
        for (std::size_t i = 0; i < options.hidden.size(); ++i) {
            const std::string name = fmt::format("fc{}", i + 1);
            const std::int64_t out = options.hidden[i];
            Linear &layer = layers_.emplace_back();
            layer.weight = &addParameter(name + ".weight", {out, in}, Init::he(in, true));
            layer.bias = &addParameter(name + ".bias", {out}, Init::constant(0.1));
            for (std::size_t t = 0; options.modulated[i] && t < tasks; ++t) {
                const auto add = [&](const char *what, std::int64_t size) {
                    return &addParameter(fmt::format("{}.task{}.{}", name, t, what), {size}, Init::uniform(std::sqrt(6 / double(std::int64_t(tasks) + size))), {int(t)});
                };
                if (options.gain)
                    layer.gains.push_back(add("gain", in));
                if (options.bias)
                    layer.biases.push_back(add("bias", out));
            }
            in = out;
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            at::Tensor x = inputs[t];
            for (const Linear &layer : layers_) {
                if (!layer.gains.empty())
                    x = x * (layer.gains[t]->to(x.scalar_type()) + 1);
                x = at::linear(x, *layer.weight, layer.biases.empty() ? *layer.bias : *layer.bias * (*layer.biases[t] + 1)).relu_();
            }
            result.push_back(x);
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

private:
    struct Linear
    {
        at::Tensor *weight = nullptr;
        at::Tensor *bias = nullptr;
        std::vector<at::Tensor *> gains = {};    ///< one per task, less 1
        std::vector<at::Tensor *> biases = {};   ///< likewise
    };

    std::vector<Linear> layers_;
};

class ModulatedMlp : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("hidden", hidden_, {.help = "Width of each linear layer, one number per layer", .min = 1, .max = 65536});
        visitor("modulated", modulated_, {.help = "Numbers of the layers that know the task, counted from 1; empty: none", .min = 1, .max = 64});
        visitor("gain", gain_, {.help = "A task scales what such a layer reads"});
        visitor("bias", bias_, {.help = "A task scales such a layer's biases"});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = PortType::vector, .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::vector, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (hidden_.empty())
            throw Error("hidden: expected at least one number, found none");
        for (const std::int64_t layer : modulated_)
            if (layer > std::int64_t(hidden_.size()))
                throw Error("modulated: expected numbers of the {} layers, found {}", hidden_.size(), layer);
        std::int64_t in = requireColumns(inputs, repeats, "vector")[0];
        Inference result{.outputs = columnOutputs({hidden_.back()}, repeats, "vector"), .forwards = repeats};
        for (std::size_t i = 0; i < hidden_.size(); ++i) {
            result.parameters += (in + 1) * hidden_[i];
            if (isModulated(i))
                result.parameters += repeats * ((gain_ ? in : 0) + (bias_ ? hidden_[i] : 0));
            result.macs += repeats * in * hidden_[i];
            in = hidden_[i];
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        ModulationOptions options{.hidden = hidden_, .modulated = {}, .gain = gain_, .bias = bias_};
        for (std::size_t i = 0; i < hidden_.size(); ++i)
            options.modulated.push_back(isModulated(i));
        return std::make_shared<ModulatedMlpLayer>(spec.inputs.at("in.0").shape[0], spec.outputs.size(), options);
    }

    std::string summary() const override
    {
        const std::string what = gain_ && bias_ ? "gain, bias" : gain_ ? "gain" : "bias";
        return modulated_.empty() || !(gain_ || bias_) ? paramText(hidden_) : fmt::format("{}; {} at {}", paramText(hidden_), what, paramText(modulated_));
    }

private:
    bool isModulated(std::size_t layer) const { return std::ranges::find(modulated_, std::int64_t(layer) + 1) != modulated_.end(); }

    std::vector<std::int64_t> hidden_ = {128, 128};
    std::vector<std::int64_t> modulated_ = {1, 2};
    bool gain_ = true;
    bool bias_ = true;
};

const Register<Block, ModulatedMlp> registeredModulatedMlp{Card{.id = "modulated_mlp",
                                                                .title = "Modulated MLP",
                                                                .category = "Conditioning",
                                                                .summary = "Linear layers that all columns share, with a gain and a scaled bias of each task at the layers chosen.",
                                                                .paper = "Thorat et al., CCN 2019"}};

} // namespace

} // namespace concord
