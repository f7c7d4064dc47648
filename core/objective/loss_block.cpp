#include "core/objective/loss_block.h"

#include "core/base/text.h"
#include "core/data/dataset.h"
#include "core/objective/known.h"

#include <algorithm>

namespace concord {

namespace {

std::string kindList(const std::vector<TaskKind> &kinds)
{
    std::string text;
    for (std::size_t i = 0; i < kinds.size(); ++i)
        text += (i == 0 ? "" : i + 1 < kinds.size() ? ", " : " or ") + std::string(name(kinds[i]));
    return text;
}

/// What the channels stand for, as in "11 channels for 11 classes".
std::string channelReason(const TaskInfo &task)
{
    if (task.kind == TaskKind::boxes)
        return fmt::format("{} class{} and 4 numbers of boxes", task.classes, task.classes == 1 ? "" : "es");
    const bool classes = task.kind == TaskKind::segmentation || task.kind == TaskKind::classification || task.kind == TaskKind::multilabel;
    if (classes)
        return fmt::format("{} class{}", task.classes, task.classes == 1 ? "" : "es");
    return task.kind == TaskKind::regression ? fmt::format("{} value{}", task.classes, task.classes == 1 ? "" : "s") : name(task.kind);
}

void checkPrediction(const Shape &prediction, const TensorType &label)
{
    const bool map = predictsMap(label.task.kind);
    if (prediction.size() != (map ? 3 : 1))
        throw Error("expected a prediction {} for {}, found {}", map ? "[channels, height, width]" : "[values]", name(label.task.kind),
                    prediction.empty() ? "a single value" : shapeText(prediction));
    const std::int64_t channels = predictionChannels(label.task);
    if (prediction.front() != channels)
        throw Error("expected {} {}{} for {}, found {}", channels, map ? "channel" : "value", channels == 1 ? "" : "s", channelReason(label.task),
                    prediction.front());
    if (!isDense(label.task.kind))
        return;
    if (label.shape.size() < 2)
        throw Error("expected a label with height and width for {}, found {}", name(label.task.kind),
                    label.shape.empty() ? "a single value" : shapeText(label.shape));
    const Shape found(prediction.end() - 2, prediction.end());
    const Shape expected(label.shape.end() - 2, label.shape.end());
    if (found != expected)
        throw Error("expected prediction of {} as the label, found {}", shapeText(expected), shapeText(found));
}

} // namespace

std::vector<Port> LossBlock::inputs() const
{
    return {{.id = "prediction", .type = PortType::prediction}, {.id = "label", .type = PortType::label}};
}

std::vector<Port> LossBlock::outputs() const
{
    return {{.id = "loss", .type = PortType::loss}};
}

Inference LossBlock::infer(const PortTypes &inputs, int) const
{
    const TensorType &prediction = requireInput(inputs, "prediction");
    const TensorType &label = requireInput(inputs, "label");
    const std::vector<TaskKind> suitable = kinds();
    if (std::ranges::find(suitable, label.task.kind) == suitable.end())
        throw Error("this loss is for {}, found a label of kind {}", kindList(suitable), name(label.task.kind));
    checkPrediction(prediction.shape, label);
    return {.outputs = {{"loss", {.type = PortType::loss, .shape = {}, .task = label.task}}}};
}

} // namespace concord
