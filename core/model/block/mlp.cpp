// Linear layers, each followed by its activation. With ReLU and no norm it can run many tasks' backward passes as one (backwardMany).
#include "core/model/activation.h"
#include "core/model/chain_block.h"
#include "core/model/linear_chain.h"
#include "core/model/linear_unit.h"
#include "core/model/norm_unit.h"
#include "core/model/pretrained.h"

namespace concord {

namespace {

class MlpLayer : public Layer
{
public:
    MlpLayer(std::int64_t in, const std::vector<std::int64_t> &hidden, Activation activation, bool normed, double dropout)
        : activation_(activation)
        , dropout_(dropout)
    {
        for (const std::int64_t width : hidden) {
            const std::string number = std::to_string(linears_.size() + 1);
            linears_.emplace_back(*this, "fc" + number, in, width, activation != Activation::none, /*bias=*/!normed);
            if (normed)
                norms_.emplace_back(*this, "bn" + number, width);
            in = width;
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        at::Tensor x = inputs[0];
        chain_.keep(chain_.keeps());
        chain_.push(x);
        for (std::size_t i = 0; i < linears_.size(); ++i) {
            const at::Tensor y = linears_[i](x);
            x = dropout(activate(norms_.empty() ? y : norms_[i](y), activation_), dropout_);
            chain_.push(x);
        }
        return {x};
    }

    bool canBackwardMany() const override { return activation_ == Activation::relu && norms_.empty(); }
    void keepForMany(bool keep) override { chain_.keep(keep); }

    at::Tensor backwardMany(const at::Tensor &outputGrads, at::Tensor &gramian, bool inputGradNeeded) override
    {
        std::vector<at::Tensor> weights;
        for (const LinearUnit &linear : linears_)
            weights.push_back(linear.weight());
        return chain_.backwardMany(weights, outputGrads, isTraining() ? 1 / (1 - dropout_) : 1, gramian, inputGradNeeded);
    }

private:
    std::vector<LinearUnit> linears_;
    std::vector<NormUnit> norms_;
    Activation activation_;
    double dropout_;
    LinearChain chain_;
};

class Mlp : public ChainBlock, public PretrainedBlock
{
public:
    Mlp()
        : ChainBlock(PortType::vector, PortType::vector)
    {
    }

    void params(ParamVisitor &visitor) override
    {
        visitor("hidden", hidden_, {.help = "Width of each linear layer, one number per layer", .min = 1, .max = 65536});
        visitor("activation", activation_, {.help = "Function behind each layer", .choices = {"relu", "gelu", "none"}});
        visitor("norm", norm_, {.help = "Normalisation before each activation", .choices = {"none", "batch"}});
        visitor("dropout", dropout_, {.help = "Share of values set to zero behind each layer while training", .min = 0, .max = 0.95});
        weightsParams(visitor, "trunk");
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        if (hidden_.empty())
            throw Error("hidden: expected at least one number, found none");
        std::int64_t in = requireVector(inputs, "in")[0];
        Inference result;
        for (const std::int64_t width : hidden_) {
            result.parameters += in * width + (norm_ == "batch" ? 2 : 1) * width;
            result.macs += in * width;
            in = width;
        }
        result.outputs["out"] = {.type = PortType::vector, .shape = {in}};
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<MlpLayer>(inputShape(spec)[0], hidden_, activation(activation_), norm_ == "batch", dropout_);
    }

    std::string summary() const override { return paramText(hidden_); }

private:
    std::vector<std::int64_t> hidden_ = {128};
    std::string activation_ = "relu";
    std::string norm_ = "none";
    double dropout_ = 0;
};

const Register<Block, Mlp> registeredMlp{
    Card{.id = "mlp", .title = "MLP", .category = "Encoders", .summary = "Linear layers with activation, from a vector to a vector."}};

} // namespace

} // namespace concord
