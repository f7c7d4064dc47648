#include "core/probe/prediction_probe.h"

#include "core/probe/evaluation_mode.h"
#include "core/probe/plane.h"

#include <algorithm>

namespace concord {

PredictionProbe::PredictionProbe(Model &model, const Dataset &validation, std::int64_t samples, bool channelsLast)
    : model_(model)
{
    const std::int64_t count = std::min(samples, validation.size());
    std::vector<std::int64_t> indices;
    for (std::int64_t i = 0; i < count; ++i)
        indices.push_back(i * validation.size() / count);
    if (indices.empty())
        return;

    const DatasetInfo &info = validation.info();
    const std::shared_ptr<const Batch> batch = gather(validation, indices);
    batch_ = toDevice(batch, info, model, channelsLast);
    const auto add = [this](PredictionEvent plane, std::int64_t sample, const std::string &task) {
        plane.sample = int(sample);
        plane.task = task;
        if (plane.width > 0)
            fixed_.push_back(std::move(plane));
    };
    const auto imageSize = std::size_t(elementCount(info.image));
    for (std::int64_t i = 0; i < count; ++i) {
        const std::span<const float> images = batch->image;
        add(imagePlane(images.subspan(std::size_t(i) * imageSize, imageSize), info.image), i, {});
        for (const ModelTask &task : model.tasks()) {
            const Batch::Label &label = batch->labels[std::size_t(task.label)];
            const Shape &shape = info.labelShapes[std::size_t(task.label)];
            const auto size = std::size_t(elementCount(shape));
            if (label.present[std::size_t(i)])
                add(truthPlane(std::span<const float>(label.values).subspan(std::size_t(i) * size, size), shape, task.info), i, task.info.name);
        }
    }
}

std::vector<PredictionEvent> PredictionProbe::measure(std::int64_t step)
{
    std::vector<PredictionEvent> events = fixed_;
    if (batch_.size > 0) {
        const EvaluationMode evaluating(model_);
        const Forward forward = model_.forward(batch_.image);
        for (std::size_t task = 0; task < model_.tasks().size(); ++task)
            for (std::int64_t i = 0; i < batch_.size; ++i) {
                PredictionEvent plane = predictionPlane(forward.predictions[task][i], model_.tasks()[task].info);
                plane.sample = int(i);
                plane.task = model_.tasks()[task].info.name;
                events.push_back(std::move(plane));
            }
    }
    for (PredictionEvent &event : events)
        event.step = step;
    return events;
}

} // namespace concord
