#include "core/data/dataset.h"

#include "core/base/error.h"
#include "core/base/text.h"

namespace concord {

const char *name(Split split)
{
    static constexpr const char *names[] = {"train", "validation", "test"};
    return names[std::size_t(split)];
}

bool isDense(TaskKind kind)
{
    return kind != TaskKind::classification && kind != TaskKind::multilabel && kind != TaskKind::regression && kind != TaskKind::boxes;
}

bool predictsMap(TaskKind kind)
{
    return isDense(kind) || kind == TaskKind::boxes;
}

Shape labelShape(const TaskInfo &task, const Shape &image)
{
    if (predictsMap(task.kind) && image.size() != 3)
        throw Error("task '{}' of kind {} expected images [channels, height, width], found the shape {}", task.name, name(task.kind), shapeText(image));
    switch (task.kind) {
    case TaskKind::segmentation:
        return {image[1], image[2]};
    case TaskKind::normals:
        return {3, image[1], image[2]};
    case TaskKind::depth:
    case TaskKind::edges:
    case TaskKind::saliency:
        return {1, image[1], image[2]};
    case TaskKind::classification:
        return {};
    case TaskKind::multilabel:
    case TaskKind::regression:
        return {task.classes};
    case TaskKind::boxes:
        return {mostBoxes, boxNumbers};
    }
    return {};
}

ImageSize imageSize(const std::vector<std::int64_t> &numbers, const char *what)
{
    if (numbers.empty() || numbers.size() > 2)
        throw Error("{}: expected height and width, or one number for both, found {} numbers", what, numbers.size());
    if (numbers.front() < 1 || numbers.back() < 1)
        throw Error("{}: expected sizes of at least 1, found {}", what, shapeText(numbers));
    return {numbers.front(), numbers.back()};
}

std::vector<Port> DataBlock::outputs() const
{
    try {
        const DatasetInfo info = describe();
        std::vector<Port> ports = {{.id = "image", .type = info.image.size() == 3 ? PortType::image : PortType::vector}};
        for (const TaskInfo &task : info.tasks)
            ports.push_back({.id = "label." + task.name, .type = PortType::label, .label = task.name});
        return ports;
    } catch (const Error &) {
        // The reason is shown by infer; the node stays drawable.
        return {{.id = "image", .type = PortType::image}};
    }
}

Inference DataBlock::infer(const PortTypes &, int) const
{
    const DatasetInfo info = describe();
    Inference inference;
    inference.outputs["image"] = {.type = info.image.size() == 3 ? PortType::image : PortType::vector, .shape = info.image};
    for (std::size_t i = 0; i < info.tasks.size(); ++i)
        inference.outputs["label." + info.tasks[i].name] = {.type = PortType::label, .shape = info.labelShapes[i], .task = info.tasks[i]};
    return inference;
}

} // namespace concord
