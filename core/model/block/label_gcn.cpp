// ML-GCN (Chen et al., "Multi-Label Image Recognition with Graph Convolutional Networks", CVPR 2019): two graph convolutions H ← h(Â H W) over the labels, h a
// LeakyReLU of slope 0.2 behind the first, turn the labels' embeddings into one linear classifier for each label; scores are their products with the
// pooled features. Â has the correlations of labels (label_graph.h). The paper's embeddings are 300 numbers of GloVe; here they are learnt, because word
// vectors are not part of the program. Layers do not see labels, so the counts are a parameter: the recipe ml_gcn counts them in the training set.
#include "core/base/text.h"
#include "core/model/chain_block.h"
#include "core/model/label_graph.h"
#include "core/model/layer.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

class LabelGcnLayer : public Layer
{
public:
    LabelGcnLayer(const std::vector<double> &correlation, std::int64_t labels, std::int64_t embedding, std::int64_t hidden, std::int64_t in)
        : adjacency_(&addBuffer("adjacency", at::empty({labels, labels}, at::kFloat)))
        , embeddings_(&addParameter("embeddings", {labels, embedding}, Init::normal(1)))
        , first_(&addParameter("gc1.weight", {embedding, hidden}, Init::he(embedding, true)))
        , second_(&addParameter("gc2.weight", {hidden, in}, Init::normal(1 / std::sqrt(double(hidden * in)))))
    {
        std::ranges::copy(correlation, adjacency_->data_ptr<float>());
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        const at::Tensor nodes = at::leaky_relu(adjacency_->mm(embeddings_->mm(*first_)), 0.2);
        const at::Tensor classifiers = adjacency_->mm(nodes.mm(*second_));   // [labels, in]
        return {at::linear(inputs[0], classifiers)};
    }

private:
    at::Tensor *adjacency_;
    at::Tensor *embeddings_;
    at::Tensor *first_;
    at::Tensor *second_;
};

class LabelGcn : public ChainBlock
{
public:
    LabelGcn()
        : ChainBlock(PortType::vector, PortType::prediction)
    {
    }

    void params(ParamVisitor &visitor) override
    {
        visitor("classes", classes_, {.help = "Number of labels", .min = 1, .max = 4096});
        visitor("embedding", embedding_, {.help = "Numbers of each label's embedding, which is learnt; 300 of GloVe in the paper", .min = 1, .max = 65536});
        visitor("hidden", hidden_, {.help = "Width behind the first graph convolution; 1024 in the paper", .min = 1, .max = 65536});
        visitor("tau", tau_, {.help = "Two labels are linked when the second occurs in at least this share of the samples that have the first", .min = 0, .max = 1});
        visitor("p", p_, {.help = "Share of a label's own row that its neighbours get; 0: each label has a classifier to itself", .min = 0, .max = 1});
        visitor("counts", counts_,
                {.help = "How often each label occurs (on the diagonal) and each two occur together in the training set, row by row; empty: all labels are linked alike", .min = 0, .max = 1e15, .advanced = true});
    }

    Inference infer(const PortTypes &inputs, int) const override
    {
        const std::int64_t in = requireVector(inputs, "in")[0];
        if (!counts_.empty() && std::int64_t(counts_.size()) != classes_ * classes_)
            throw Error("counts: expected {} numbers, {} for each of {} labels, or none, found {}", classes_ * classes_, classes_, classes_, counts_.size());
        const std::int64_t first = classes_ * embedding_ * hidden_ + classes_ * classes_ * hidden_;
        const std::int64_t second = classes_ * hidden_ * in + classes_ * classes_ * in;
        return {.outputs = {{"out", TensorType{.type = PortType::prediction, .shape = {classes_}}}},
                .parameters = classes_ * embedding_ + embedding_ * hidden_ + hidden_ * in,
                .macs = first + second + classes_ * in};
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const bool isUniform = counts_.empty();
        const std::vector<std::int64_t> counts = isUniform ? std::vector<std::int64_t>(std::size_t(classes_ * classes_), 1) : counts_;
        const std::vector<double> correlation = labelCorrelation(counts, classes_, {.tau = isUniform ? 0 : tau_, .p = p_});
        return std::make_shared<LabelGcnLayer>(correlation, classes_, embedding_, hidden_, inputShape(spec)[0]);
    }

    std::string summary() const override { return fmt::format("{} labels, {}", classes_, counts_.empty() ? "all linked alike" : "counted"); }

private:
    std::int64_t classes_ = 1;
    std::int64_t embedding_ = 64;
    std::int64_t hidden_ = 128;
    double tau_ = 0.4;
    double p_ = 0.2;
    std::vector<std::int64_t> counts_;
};

const Register<Block, LabelGcn> registeredLabelGcn{Card{.id = "label_gcn",
                                                        .title = "Label graph head",
                                                        .category = "Heads",
                                                        .summary = "Graph convolutions over the labels make each label's classifier out of its own embedding and those of labels that occur with it.",
                                                        .paper = "Chen et al., CVPR 2019"}};

} // namespace

} // namespace concord
