// Implicit knowledge (Wang, Yeh and Liao, "You Only Learn One Representation", 2021): every column has a learnt vector g that no input changes, and that is
// added to the explicit features (alignment of features), multiplied with them (refinement of predictions), or put beside them. g is a vector z by
// itself, a linear map W z of a prior, or a factorised Zᵀc of several vectors. All start with a deviation of 0.02 as in the authors' code, which has the
// vector alone; for products z is stored less 1, so that zeros change nothing.
#include "core/base/text.h"
#include "core/graph/block.h"
#include "core/model/layer.h"

#include <cmath>

namespace concord {

namespace {

constexpr double implicitDeviation = 0.02;

enum class ImplicitForm { vector, linear, factorised };

class ImplicitKnowledgeLayer : public Layer
{
public:
    ImplicitKnowledgeLayer(const std::vector<std::int64_t> &channels, ImplicitForm form, std::int64_t size, std::string combine)
        : form_(form)
        , combine_(std::move(combine))
    {
        for (std::size_t t = 0; t < channels.size(); ++t) {
            const std::vector<int> own = {int(t)};
            const auto add = [&](const char *name, at::IntArrayRef sizes, Init init) { return &addParameter(fmt::format("task{}.{}", t, name), sizes, init, own); };
            if (form == ImplicitForm::vector)
                columns_.push_back({.z = add("z", {channels[t]}, Init::normal(implicitDeviation))});
            else if (form == ImplicitForm::linear)
                columns_.push_back({.z = add("z", {size}, Init::normal(implicitDeviation)), .mixed = add("weight", {channels[t], size}, Init::he(size, false))});
            else
                columns_.push_back({.z = add("coefficients", {size}, Init::constant(1 / std::sqrt(double(size)))),
                                    .mixed = add("basis", {channels[t], size}, Init::normal(implicitDeviation))});
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        for (std::size_t t = 0; t < inputs.size(); ++t) {
            const at::Tensor &x = inputs[t];
            const at::Tensor flat = form_ == ImplicitForm::vector ? *columns_[t].z : columns_[t].mixed->matmul(columns_[t].z->unsqueeze(1)).squeeze(1);   // LibTorch 1.13 has no bfloat16 matrix times vector
            const at::Tensor g = flat.to(x.scalar_type()).view(x.dim() == 4 ? at::IntArrayRef{-1, 1, 1} : at::IntArrayRef{-1});
            if (combine_ == "concatenate")
                result.push_back(at::cat({g.unsqueeze(0).expand_as(x), x}, 1));
            else
                result.push_back(combine_ == "add" ? x + g : x * (g + 1));
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override { return input == output; }

private:
    struct Column
    {
        at::Tensor *z = nullptr;
        at::Tensor *mixed = nullptr;   ///< [channels, size]: W, or the factors as columns
    };

    ImplicitForm form_;
    std::string combine_;
    std::vector<Column> columns_;
};

class ImplicitKnowledge : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("combine", combine_, {.help = "How the learnt values join the features: added, multiplied, or as further channels before them", .choices = {"add", "multiply", "concatenate"}});
        visitor("form", form_, {.help = "The learnt values as they are, as a linear map of a learnt vector, or as a combination of several learnt vectors", .choices = {"vector", "linear", "factorised"}});
        visitor("size", size_, {.help = "Numbers of the vector that is mapped, or how many vectors are combined", .min = 1, .max = 4096});
        visitor("type", type_, {.help = "What is changed", .choices = {"features", "vector", "prediction"}, .advanced = true});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = portType(type_), .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = portType(type_), .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (repeats < 1)
            throw Error("input 'in' expected at least one link, found none");
        Inference result;
        for (int t = 0; t < repeats; ++t) {
            Shape shape = requireInput(inputs, fmt::format("in.{}", t)).shape;
            const bool fitting = type_ == "vector" ? shape.size() == 1 : type_ == "features" ? shape.size() == 3 : shape.size() == 1 || shape.size() == 3;
            if (!fitting)
                throw Error("input 'in.{}' expected {}, found {}", t, type_ == "vector" ? "[F]" : type_ == "features" ? "[C, H, W]" : "[F] or [C, H, W]", shapeText(shape));
            const std::int64_t products = form_ == "vector" ? 0 : shape[0] * size_;
            result.parameters += products + (form_ == "vector" ? shape[0] : size_);
            result.macs += products;
            if (combine_ == "concatenate")
                shape[0] *= 2;
            result.outputs[fmt::format("out.{}", t)] = {.type = portType(type_), .shape = shape};
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        std::vector<std::int64_t> channels;
        for (std::size_t t = 0; t < spec.outputs.size(); ++t)
            channels.push_back(spec.inputs.at(fmt::format("in.{}", t)).shape[0]);
        const ImplicitForm form = form_ == "vector" ? ImplicitForm::vector : form_ == "linear" ? ImplicitForm::linear : ImplicitForm::factorised;
        return std::make_shared<ImplicitKnowledgeLayer>(channels, form, size_, combine_);
    }

    std::string summary() const override { return fmt::format("{}, {}", combine_, form_ == "vector" ? form_ : fmt::format("{} {}", form_, size_)); }

private:
    std::string combine_ = "add";
    std::string form_ = "vector";
    std::int64_t size_ = 16;
    std::string type_ = "features";
};

const Register<Block, ImplicitKnowledge> registeredImplicitKnowledge{Card{.id = "implicit_knowledge",
                                                                          .title = "Implicit knowledge",
                                                                          .category = "Conditioning",
                                                                          .summary = "Learnt values of each task, the same for every input, that are added to features or multiplied with them.",
                                                                          .paper = "Wang, Yeh and Liao, arXiv 2021"}};

} // namespace

} // namespace concord
