#include "core/model/conditioned_layer.h"

#include "core/base/text.h"

namespace concord {

std::vector<StageUnit> StageUnit::list(const std::string &kind, ResidualOptions o, std::int64_t blocks, bool areMaps)
{
    o.bottleneck = areMaps && kind == "bottleneck";
    std::vector<StageUnit> units;
    for (std::int64_t i = 0; i < blocks; ++i, o = o.next()) {
        StageUnit &unit = units.emplace_back();
        const std::string prefix = std::to_string(i);
        unit.isResidual = areMaps && kind != "plain";
        if (unit.isResidual) {
            unit.convs = residualConvs(prefix, o);
            if (o.projects()) {
                unit.shortcut = unit.convs.back();
                unit.convs.pop_back();
            }
            continue;
        }
        unit.convs.push_back(
            {.name = prefix + ".conv1", .normName = prefix + ".bn1", .in = o.in, .out = o.out, .kernel = areMaps ? 3 : 1, .stride = areMaps ? o.stride : 1});
    }
    return units;
}

void ConditionedLayer::addUnits(const std::vector<StageUnit> &units, const std::function<std::unique_ptr<TaskMap>(const ConvOptions &)> &make)
{
    for (const StageUnit &unit : units) {
        Built &built = units_.emplace_back();
        built.isResidual = unit.isResidual;
        for (const ConvOptions &conv : unit.convs)
            built.maps.push_back(make(conv));
        if (unit.shortcut)
            built.shortcut = make(*unit.shortcut);
    }
}

std::vector<at::Tensor> ConditionedLayer::forward(const std::vector<at::Tensor> &inputs)
{
    std::vector<at::Tensor> result;
    for (std::size_t task = 0; task < inputs.size(); ++task) {
        at::Tensor x = inputs[task];
        for (std::size_t u = 0; u < units_.size(); ++u) {
            const Built &unit = units_[u];
            at::Tensor y = x;
            for (std::size_t i = 0; i < unit.maps.size(); ++i) {
                y = (*unit.maps[i])(y, task);
                if (i + 1 < unit.maps.size())
                    y = y.relu_();
            }
            if (unit.isResidual)
                y = endBranch(u, y, task) + (unit.shortcut ? (*unit.shortcut)(x, task) : x);
            x = endUnit(y, task).relu_();
        }
        result.push_back(x);
    }
    return result;
}

} // namespace concord
