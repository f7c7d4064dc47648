// FiLM (Perez et al., AAAI 2018) where the condition is the task: every column's channels get a gain and a bias of that task. Gains are stored less 1, so
// that zeros, from which all start, change nothing (section 2 of the paper does the same for the gains that its network predicts).
#include "core/base/text.h"
#include "core/model/feature_cost.h"
#include "core/model/layer.h"

namespace concord {

namespace {

class FilmLayer : public Layer
{
public:
    FilmLayer(const std::vector<std::int64_t> &channels, bool hasGain, bool hasBias)
    {
        for (std::size_t t = 0; t < channels.size(); ++t) {
            const auto add = [&](const char *name) { return &addParameter(fmt::format("task{}.{}", t, name), {channels[t]}, Init::zeros(), {int(t)}); };
            gains_.push_back(hasGain ? add("gain") : nullptr);
            biases_.push_back(hasBias ? add("bias") : nullptr);
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            at::Tensor x = inputs[t];
            const auto alike = [&x](const at::Tensor &value) { return value.to(x.scalar_type()).view(x.dim() == 4 ? at::IntArrayRef{-1, 1, 1} : at::IntArrayRef{-1}); };
            if (gains_[t])
                x = x * (alike(*gains_[t]) + 1);
            if (biases_[t])
                x = x + alike(*biases_[t]);
            result.push_back(x);
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

private:
    std::vector<at::Tensor *> gains_;   ///< less 1
    std::vector<at::Tensor *> biases_;
};

class Film : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("learns", learns_, {.help = "What each task has for every channel", .choices = {"gain and bias", "gain", "bias"}});
        visitor("type", type_, {.help = "What is changed: feature maps or vectors", .choices = {"features", "vector"}, .advanced = true});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = portType(type_), .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = portType(type_), .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (repeats < 1)
            throw Error("input 'in' expected at least one link, found none");
        Inference result;
        for (int t = 0; t < repeats; ++t) {
            const std::string port = fmt::format("in.{}", t);
            const Shape &shape = type_ == "vector" ? requireVector(inputs, port) : requireFeatures(inputs, port);
            result.parameters += shape[0] * (hasGain() + hasBias());
            result.outputs[fmt::format("out.{}", t)] = {.type = portType(type_), .shape = shape};
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        std::vector<std::int64_t> channels;
        for (std::size_t t = 0; t < spec.outputs.size(); ++t)
            channels.push_back(spec.outputs.at(fmt::format("out.{}", t)).shape[0]);
        return std::make_shared<FilmLayer>(channels, hasGain(), hasBias());
    }

    std::string summary() const override { return learns_; }

private:
    bool hasGain() const { return learns_ != "bias"; }
    bool hasBias() const { return learns_ != "gain"; }

    std::string learns_ = "gain and bias";
    std::string type_ = "features";
};

const Register<Block, Film> registeredFilm{Card{.id = "film",
                                                .title = "FiLM per task",
                                                .category = "Conditioning",
                                                .summary = "A learnt gain and bias of each task for every channel.",
                                                .paper = "Perez et al., AAAI 2018"}};

} // namespace

} // namespace concord
