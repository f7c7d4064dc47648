#include "core/objective/loss_sum.h"

#include <fmt/format.h>

namespace concord {

void LossSum::params(ParamVisitor &visitor)
{
    visitor("early_weight", earlyWeight_, {.help = "What each loss on an earlier prediction counts beside the first, which counts 1", .min = 0, .max = 1e6});
}

std::vector<Port> LossSum::inputs() const
{
    return {{.id = "loss", .type = PortType::loss, .repeats = true, .label = "The final prediction's loss first, then those on earlier predictions"}};
}

std::vector<Port> LossSum::outputs() const
{
    return {{.id = "sum", .type = PortType::loss}};
}

Inference LossSum::infer(const PortTypes &inputs, int) const
{
    return {.outputs = {{"sum", requireInput(inputs, "loss.0")}}};
}

std::string LossSum::summary() const
{
    return earlyWeight_ == 1 ? "early losses count as the last" : fmt::format("early losses count {:g}", earlyWeight_);
}

static const Register<Block, LossSum> registeredLossSum{Card{
    .id = "loss_sum",
    .title = "Sum of losses",
    .category = "Losses",
    .summary = "Deep supervision: the losses of a task's final and earlier predictions as one.",
    .paper = "Lee et al., AISTATS 2015",
}};

} // namespace concord
