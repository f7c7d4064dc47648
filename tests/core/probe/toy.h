#pragma once

#include "core/base/random.h"
#include "core/data/dataset.h"
#include "core/graph/analysis.h"
#include "core/graph/experiment.h"
#include "core/model/layer.h"

#include <atomic>
#include <cmath>
#include <functional>
#include <limits>
#include <new>

namespace concord::test {

/// Called with each sample that a toy set is asked for.
inline std::function<void(Split, std::int64_t)> toyWatch;

struct ToySpec
{
    bool images = false;
    std::int64_t training = 20;
    std::int64_t validation = 6;
    bool missing = false;           ///< every third sample lacks the second label
    std::int64_t notANumberAt = -1; ///< index of a training sample with a NaN in its image
};

/// Vectors [4] with tasks "value" = x₀ + 2x₁ − x₂ and "digit", the index of the largest of the first three; or images
/// [3, 16, 16] with tasks "half", on which side of a vertical border a pixel lies, "depth", which grows to the right, and "edge",
/// the border itself.
class ToySet : public Dataset
{
  public:
    ToySet(ToySpec spec, Split split)
        : spec_(spec)
        , split_(split)
    {
        if (spec.images)
            info_ = {.image = {3, 16, 16},
                     .tasks = {{.name = "half", .kind = TaskKind::segmentation, .classes = 2},
                               {.name = "depth", .kind = TaskKind::depth, .classes = 1, .unit = "m"},
                               {.name = "edge", .kind = TaskKind::edges, .classes = 1}},
                     .labelShapes = {{16, 16}, {1, 16, 16}, {1, 16, 16}}};
        else
            info_ = {
                .image = {4},
                .tasks = {{.name = "value", .kind = TaskKind::regression, .classes = 1}, {.name = "digit", .kind = TaskKind::classification, .classes = 3}},
                .labelShapes = {{1}, {}}};
    }

    const DatasetInfo &info() const override { return info_; }
    std::int64_t size() const override { return split_ == Split::train ? spec_.training : spec_.validation; }

    Sample get(std::int64_t index) const override
    {
        if (toyWatch)
            toyWatch(split_, index);
        Random random(7, std::uint64_t(split_), std::uint64_t(index));
        Sample sample = spec_.images ? image(random) : vector(random);
        if (spec_.missing && index % 3 == 0)
            sample.labels[1].clear();
        if (split_ == Split::train && index == spec_.notANumberAt)
            sample.image[0] = std::numeric_limits<float>::quiet_NaN();
        return sample;
    }

  private:
    static Sample vector(Random &random)
    {
        std::vector<float> x;
        for (int i = 0; i < 4; ++i)
            x.push_back(float(random.uniform()));
        const float largest = x[0] > x[1] ? (x[0] > x[2] ? 0.0f : 2.0f) : (x[1] > x[2] ? 1.0f : 2.0f);
        return {.image = x, .labels = {{x[0] + 2 * x[1] - x[2]}, {largest}}};
    }

    static Sample image(Random &random)
    {
        Sample sample{.image = std::vector<float>(3 * 256), .labels = std::vector(3, std::vector<float>(256))};
        const auto border = std::int64_t(random.below(16));
        for (std::int64_t pixel = 0; pixel < 256; ++pixel) {
            const bool right = pixel % 16 >= border;
            sample.labels[0][std::size_t(pixel)] = right;
            sample.labels[1][std::size_t(pixel)] = 1 + float(pixel % 16) / 8;
            sample.labels[2][std::size_t(pixel)] = pixel % 16 == border;
            for (std::int64_t channel = 0; channel < 3; ++channel)
                sample.image[std::size_t(channel * 256 + pixel)] = float(0.3 * random.uniform() + (right ? 0.5 : 0.1));
        }
        return sample;
    }

    ToySpec spec_;
    Split split_;
    DatasetInfo info_;
};

class ToyData : public DataBlock
{
  public:
    void params(ParamVisitor &visitor) override
    {
        visitor("images", spec_.images, {.help = "images, else vectors"});
        visitor("training", spec_.training, {.help = "training samples"});
        visitor("validation", spec_.validation, {.help = "validation samples"});
        visitor("missing", spec_.missing, {.help = "leave labels out"});
        visitor("not_a_number_at", spec_.notANumberAt, {.help = "a broken sample"});
    }
    DatasetInfo describe() const override { return ToySet(spec_, Split::train).info(); }
    std::shared_ptr<const Dataset> open(Split split, std::uint64_t) const override { return std::make_shared<ToySet>(spec_, split); }

  private:
    ToySpec spec_;
};

inline const Register<Block, ToyData> registeredToyData{Card{.id = "toy_data", .title = "Toy data", .category = "Data"}};

/// Passes vectors on; at its n-th forward pass it throws what a full memory throws.
class ToyMemory : public Block
{
  public:
    void params(ParamVisitor &visitor) override
    {
        visitor("at", at_, {.help = "number of the forward pass"});
        visitor("kind", kind_, {.help = "bad_alloc, device or allocator"});
    }
    std::vector<Port> inputs() const override { return {{.id = "in", .type = PortType::vector}}; }
    std::vector<Port> outputs() const override { return {{.id = "out", .type = PortType::vector}}; }
    Inference infer(const PortTypes &inputs, int) const override { return {.outputs = {{"out", requireInput(inputs, "in")}}}; }

    std::shared_ptr<Layer> build(const BuildSpec &) const override
    {
        class Full : public Layer
        {
          public:
            Full(std::int64_t at, std::string kind)
                : left_(at)
                , kind_(std::move(kind))
            {
            }
            std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
            {
                if (--left_ == 0) {
                    if (kind_ == "bad_alloc")
                        throw std::bad_alloc();
                    if (kind_ == "device")
                        throw c10::OutOfMemoryError({"f", "file", 1}, "CUDA: tried to allocate 20.00 GiB\nmore lines");
                    // More than any address space: the real sentence of LibTorch's own allocator.
                    at::empty({std::int64_t(1) << 60}, at::kByte);
                }
                return {inputs[0] * 1};
            }

          private:
            std::int64_t left_;
            std::string kind_;
        };
        return std::make_shared<Full>(at_, kind_);
    }

  private:
    std::int64_t at_ = 1;
    std::string kind_ = "bad_alloc";
};

inline const Register<Block, ToyMemory> registeredToyMemory{Card{.id = "toy_memory", .title = "Toy memory", .category = "Encoders"}};

inline void link(TaskGraph &graph, const std::string &from, const std::string &to)
{
    const auto port = [](const std::string &text) { return PortRef{text.substr(0, text.find('.')), text.substr(text.find('.') + 1)}; };
    graph.edges.push_back({port(from), port(to)});
}

inline Plan toyPlan()
{
    Plan plan;
    plan.batch = 4;
    plan.steps = 12;
    plan.threads = 1;
    plan.optimiserParams = {{"lr", 0.01}};
    return plan;
}

/// data → mlp → two linear heads.
inline Experiment vectorExperiment(const std::string &method = "equal")
{
    Experiment experiment{.name = "toy vectors", .plan = toyPlan()};
    TaskGraph &graph = experiment.graph;
    graph.nodes = {{.id = "data", .type = "toy_data"},
                   {.id = "trunk", .type = "mlp", .params = {{"hidden", std::vector<std::int64_t>{8}}}},
                   {.id = "value_head", .type = "regression_head", .params = {{"values", std::int64_t(1)}}},
                   {.id = "digit_head", .type = "classification_head", .params = {{"classes", std::int64_t(3)}}},
                   {.id = "value_loss", .type = "l1"},
                   {.id = "digit_loss", .type = "cross_entropy"},
                   {.id = "balance", .type = "balance", .params = {{"method", method}}}};
    link(graph, "data.image", "trunk.in");
    for (const std::string task : {"value", "digit"}) {
        link(graph, "trunk.out", task + "_head.in");
        link(graph, task + "_head.out", task + "_loss.prediction");
        link(graph, "data.label." + task, task + "_loss.label");
        link(graph, task + "_loss.loss", task == "value" ? "balance.loss.0" : "balance.loss.1");
    }
    return experiment;
}

/// data → convolutions with dropout → a decoder and a head per task.
inline Experiment imageExperiment(const std::string &method = "equal", double dropout = 0.3)
{
    Experiment experiment{.name = "toy images", .plan = toyPlan()};
    TaskGraph &graph = experiment.graph;
    graph.nodes = {{.id = "data", .type = "toy_data", .params = {{"images", true}}},
                   {.id = "trunk",
                    .type = "conv_stack",
                    .params = {{"channels", std::vector<std::int64_t>{6, 8}}, {"strides", std::vector<std::int64_t>{1, 2}}, {"dropout", dropout}}},
                   {.id = "half_head", .type = "segmentation_head", .params = {{"classes", std::int64_t(2)}}},
                   {.id = "depth_head", .type = "depth_head"},
                   {.id = "edge_head", .type = "edges_head"},
                   {.id = "half_loss", .type = "cross_entropy"},
                   {.id = "depth_loss", .type = "l1"},
                   {.id = "edge_loss", .type = "weighted_bce"},
                   {.id = "balance", .type = "balance", .params = {{"method", method}}}};
    link(graph, "data.image", "trunk.in");
    int index = 0;
    for (const std::string task : {"half", "depth", "edge"}) {
        graph.nodes.push_back({.id = task + "_decoder", .type = "dense_decoder", .params = {{"channels", std::int64_t(6)}, {"upsample", std::int64_t(2)}}});
        link(graph, "trunk.out", task + "_decoder.in");
        link(graph, task + "_decoder.out", task + "_head.in");
        link(graph, task + "_head.out", task + "_loss.prediction");
        link(graph, "data.label." + task, task + "_loss.label");
        link(graph, task + "_loss.loss", "balance.loss." + std::to_string(index++));
    }
    return experiment;
}

} // namespace concord::test
