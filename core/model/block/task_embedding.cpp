// CompositeTasking's task representation (Popovic et al., CVPR 2021, section 3.2): a task's one-hot code goes through linear layers to its
// embedding, which is laid out over the size of "in". In training a share of the samples can get a mixed palette instead: the map is cut into
// four rectangles at a random point, as the authors' mosaics are, and column t asks in each of them for the task that lies `palette` further
// on (t + palette, modulo the tasks). So at each pixel every task is asked for by exactly one column, and no label lies idle.
#include "core/base/text.h"
#include "core/model/feature_cost.h"
#include "core/model/linear_unit.h"

namespace concord {

namespace {

class TaskEmbeddingLayer : public Layer
{
public:
    TaskEmbeddingLayer(std::int64_t tasks, std::int64_t size, std::int64_t depth, double mosaic, bool areMaps)
        : tasks_(tasks)
        , mosaic_(mosaic)
        , areMaps_(areMaps)
        , chance_(*this)
    {
        for (std::int64_t i = 0; i < depth; ++i)
            linears_.emplace_back(*this, fmt::format("fc{}", i + 1), i == 0 ? tasks : size, size, /*rectified=*/true);
        codes_ = &addBuffer("codes", at::eye(tasks));
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        const at::Tensor table = embed();
        const at::Tensor plain = at::zeros_like(inputs[0].detach().narrow(1, 0, 1)); // [N, 1, H, W] or [N, 1]
        if (!areMaps_)
            return lay(table, plain);
        const bool mixes = isTraining() && mosaic_ > 0 && tasks_ > 1;
        std::vector<at::Tensor> result = mixes ? std::vector<at::Tensor>() : lay(table, plain);
        const at::Tensor palette = mixes ? drawPalette(plain) : plain;
        for (std::int64_t t = 0; t < tasks_ && mixes; ++t) {
            const at::Tensor asked = (palette + double(t)).remainder(double(tasks_));
            const at::Tensor choice = asked.eq(at::arange(tasks_, plain.options()).view({1, -1, 1, 1})).to(table.scalar_type());
            result.push_back(at::conv2d(choice, table.t().unsqueeze(-1).unsqueeze(-1)));
        }
        result.push_back(palette);
        return result;
    }

    /// Only the size of the input counts.
    bool connects(std::size_t, std::size_t) const override { return false; }

private:
    /// Draws from the model's own generator.
    struct Chance : LayerUnit
    {
        explicit Chance(Layer &owner)
            : LayerUnit(owner, "chance")
        {
        }
        /// Uniform in (0, 1), from normal numbers.
        at::Tensor like(const at::Tensor &x) const { return (at::erf(normalLike(x) / std::sqrt(2.0)) + 1) / 2; }
    };

    /// [tasks, size]
    at::Tensor embed() const
    {
        constexpr double slope = 0.2;
        at::Tensor table = *codes_;
        for (const LinearUnit &linear : linears_)
            table = at::leaky_relu(linear(table), slope);
        return table;
    }

    std::vector<at::Tensor> lay(const at::Tensor &table, const at::Tensor &plain) const
    {
        std::vector<at::Tensor> result;
        for (std::int64_t t = 0; t < tasks_; ++t)
            result.push_back(areMaps_ ? plain + table[t].view({1, -1, 1, 1}) : plain + table[t]);
        return result;
    }

    /// [N, 1, H, W]: which of the tasks' order each pixel begins with, 0 for all of a sample that is not mixed.
    at::Tensor drawPalette(const at::Tensor &plain) const
    {
        const std::int64_t samples = plain.size(0);
        const auto draw = [&](std::int64_t count) { return chance_.like(at::empty({samples, count}, plain.options())); };
        // The cut lies in the middle half of each side.
        const at::Tensor cut = draw(2) / 2 + 0.25;
        const auto isAfter = [&](std::int64_t axis, std::int64_t length) {
            const at::Tensor place = (at::arange(length, plain.options()) + 0.5) / double(length);
            return place.unsqueeze(0).gt(cut.narrow(1, axis, 1)).to(at::kLong); // [N, length]
        };
        const at::Tensor rectangle = isAfter(0, plain.size(2)).unsqueeze(2) * 2 + isAfter(1, plain.size(3)).unsqueeze(1); // [N, H, W]
        const at::Tensor mixed = draw(1).lt(mosaic_).to(plain.scalar_type());
        const at::Tensor begins = (draw(4) * double(tasks_)).floor().clamp_max(double(tasks_ - 1)) * mixed;
        return begins.gather(1, rectangle.flatten(1)).view(plain.sizes());
    }

    std::int64_t tasks_;
    double mosaic_;
    bool areMaps_;
    Chance chance_;
    std::vector<LinearUnit> linears_;
    at::Tensor *codes_ = nullptr; ///< one-hot
};

class TaskEmbedding : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("size", size_, {.help = "Numbers that stand for a task", .min = 1, .max = 4096});
        visitor("depth", depth_, {.help = "Linear layers from a task's code to them", .min = 1, .max = 16});
        visitor("mosaic", mosaic_,
                {.help = "Share of the training samples on which each column asks for several tasks, in random rectangles", .min = 0, .max = 1});
        visitor("type", type_, {.help = "What is laid out: maps of the size of the input, or vectors", .choices = {"features", "vector"}, .advanced = true});
    }

    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = portType(type_), .label = "something of the size wanted"}}; }
    std::vector<Port> outputs() const override
    {
        std::vector<Port> ports = {Port{.id = "out", .type = portType(type_), .repeats = true, .label = "the task's embedding"}};
        if (type_ != "vector")
            ports.push_back({.id = "palette", .type = PortType::features, .label = "how many tasks further each column asks"});
        return ports;
    }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (repeats < 1)
            throw Error("output 'out' expected at least one link, found none");
        Shape shape = type_ == "vector" ? requireVector(inputs, "in") : requireFeatures(inputs, "in");
        Inference result;
        shape[0] = 1;
        if (type_ != "vector")
            result.outputs["palette"] = {.type = PortType::features, .shape = shape};
        shape[0] = size_;
        for (int t = 0; t < repeats; ++t)
            result.outputs[fmt::format("out.{}", t)] = {.type = portType(type_), .shape = shape};
        result.parameters = (repeats + 1 + (depth_ - 1) * (size_ + 1)) * size_;
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        const bool areMaps = type_ != "vector";
        return std::make_shared<TaskEmbeddingLayer>(std::int64_t(spec.outputs.size()) - areMaps, size_, depth_, mosaic_, areMaps);
    }

    std::string summary() const override { return fmt::format("{} numbers{}", size_, mosaic_ > 0 && type_ != "vector" ? ", mosaics" : ""); }

private:
    std::int64_t size_ = 16;
    std::int64_t depth_ = 2;
    double mosaic_ = 0;
    std::string type_ = "features";
};

const Register<Block, TaskEmbedding> registeredTaskEmbedding{
    Card{.id = "task_embedding",
         .title = "Task embedding",
         .category = "Conditioning",
         .summary = "Learnt numbers that stand for each task, laid out as a palette: which task where.",
         .paper = "Popovic et al., CVPR 2021"}};

} // namespace

} // namespace concord
