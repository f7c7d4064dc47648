// Undoes a task embedding's mosaics: column t asked at each pixel for the task that lies `palette` further on, so task k's features there are
// those of column k − palette (modulo the tasks). With a palette of zeros, as in evaluation, columns are passed on as they are.
#include "core/base/text.h"
#include "core/model/columns.h"
#include "core/model/layer.h"

#include <array>

namespace concord {

namespace {

class PaletteGatherLayer : public Layer
{
public:
    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        const auto tasks = std::int64_t(inputs.size()) - 1;
        const at::Tensor &first = inputs[1];
        const std::array size = {first.size(2), first.size(3)};
        at::Tensor palette = inputs[0].detach();
        if (palette.size(2) != size[0] || palette.size(3) != size[1])
            palette = at::upsample_nearest2d(palette, size);
        palette = palette.round().remainder(double(tasks));
        std::vector<at::Tensor> result;
        for (std::int64_t k = 0; k < tasks; ++k) {
            at::Tensor sum;
            for (std::int64_t t = 0; t < tasks; ++t) {
                const at::Tensor part = inputs[std::size_t(t + 1)] * palette.eq(double((k - t + tasks) % tasks)).to(first.scalar_type());
                sum = sum.defined() ? sum + part : part;
            }
            result.push_back(sum);
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t) const override { return input > 0; }
};

class PaletteGather : public Block
{
public:
    std::vector<Port> inputs() const override
    {
        return {Port{.id = "palette", .type = PortType::features, .label = "a task embedding's palette"},
                Port{.id = "in", .type = PortType::features, .repeats = true}};
    }
    std::vector<Port> outputs() const override
    {
        return {Port{.id = "out", .type = PortType::features, .repeats = true, .label = "what was asked for this task"}};
    }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        if (const Shape &palette = requireFeatures(inputs, "palette"); palette[0] != 1)
            throw Error("input 'palette' expected 1 channel, found {}", palette[0]);
        return {.outputs = columnOutputs(requireColumns(inputs, repeats, "features"), repeats, "features")};
    }

    std::shared_ptr<Layer> build(const BuildSpec &) const override { return std::make_shared<PaletteGatherLayer>(); }
};

const Register<Block, PaletteGather> registeredPaletteGather{Card{.id = "palette_gather",
                                                                  .title = "Palette gather",
                                                                  .category = "Conditioning",
                                                                  .summary = "Puts together for each task what the columns of mixed palettes say of it.",
                                                                  .paper = "Popovic et al., CVPR 2021"}};

} // namespace

} // namespace concord
