#include "core/probe/plane.h"

#include "core/objective/centres.h"
#include "core/tensor/tensor.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace concord {

namespace {

/// 0 … 1 to 0 … 255; what is not a number becomes 0.
std::uint8_t planeByte(float value)
{
    return value > 0 ? std::uint8_t(std::min(value, 1.0f) * 255 + 0.5f) : 0;
}

PredictionEvent emptyPlane(const char *kind, std::int64_t height, std::int64_t width, int channels, int bytesPerValue)
{
    PredictionEvent plane;
    plane.kind = kind;
    plane.width = int(width);
    plane.height = int(height);
    plane.channels = channels;
    plane.bytesPerValue = bytesPerValue;
    plane.data.resize(std::size_t(width * height) * std::size_t(channels) * std::size_t(bytesPerValue));
    return plane;
}

/// [C, H, W] planes to interleaved bytes; `byte` turns one value into its byte.
template<class ToByte>
PredictionEvent bytePlane(const char *kind, std::span<const float> values, int channels, std::int64_t height, std::int64_t width, ToByte byte)
{
    PredictionEvent plane = emptyPlane(kind, height, width, channels, 1);
    const auto pixels = std::size_t(width * height);
    for (std::size_t pixel = 0; pixel < pixels; ++pixel)
        for (std::size_t channel = 0; channel < std::size_t(channels); ++channel)
            plane.data[pixel * std::size_t(channels) + channel] = byte(values[channel * pixels + pixel]);
    return plane;
}

PredictionEvent scorePlane(const char *kind, std::span<const float> values)
{
    PredictionEvent plane = emptyPlane(kind, 1, std::int64_t(values.size()), 1, 4);
    std::memcpy(plane.data.data(), values.data(), values.size_bytes());
    return plane;
}

/// A row of class id, score, left, top, right, bottom for each; one row of class −1 where there is none, because a plane has values.
PredictionEvent boxesPlane(const char *kind, std::vector<ScoredBox> boxes)
{
    if (boxes.empty())
        boxes.push_back({.id = -1, .score = 0, .box = {}});
    PredictionEvent plane = emptyPlane(kind, std::int64_t(boxes.size()), boxPlaneWidth, 1, 4);
    std::uint8_t *to = plane.data.data();
    for (const auto &[id, score, box] : boxes) {
        const float row[boxPlaneWidth] = {float(id), score, box.left, box.top, box.right, box.bottom};
        std::memcpy(to, row, sizeof row);
        to += sizeof row;
    }
    return plane;
}

/// Millimetres where they reach, a coarser unit where the scene is deeper than 65.5 m. 0 is unknown.
PredictionEvent depthPlane(const char *kind, std::span<const float> values, std::int64_t height, std::int64_t width)
{
    PredictionEvent plane = emptyPlane(kind, height, width, 1, 2);
    float deepest = 0;
    for (const float value : values)
        if (std::isfinite(value))
            deepest = std::max(deepest, value);
    plane.scale = std::max(0.001, double(deepest) / 65535);
    for (std::size_t i = 0; i < values.size(); ++i) {
        const double units = values[i] > 0 ? std::min(double(values[i]) / plane.scale + 0.5, 65535.0) : 0;
        const auto unsignedUnits = std::uint16_t(units);
        plane.data[2 * i] = std::uint8_t(unsignedUnits & 0xff);
        plane.data[2 * i + 1] = std::uint8_t(unsignedUnits >> 8);
    }
    return plane;
}

PredictionEvent classIdPlane(const char *kind, std::span<const float> values, std::int64_t height, std::int64_t width)
{
    return bytePlane(kind, values, 1, height, width, [](float id) { return id >= 0 && id < 255 ? std::uint8_t(id + 0.5f) : std::uint8_t(255); });
}

std::uint8_t normalByte(float component)
{
    return planeByte((component + 1) / 2);
}

std::span<const float> floatsOf(const at::Tensor &tensor)
{
    return {tensor.data_ptr<float>(), std::size_t(tensor.numel())};
}

} // namespace

PredictionEvent imagePlane(std::span<const float> values, const Shape &shape)
{
    if (shape.size() != 3)
        return scorePlane("image", values);
    return bytePlane("image", values, shape[0] == 3 ? 3 : 1, shape[1], shape[2], planeByte);
}

PredictionEvent truthPlane(std::span<const float> values, const Shape &shape, const TaskInfo &task)
{
    const std::int64_t height = shape.size() >= 2 ? shape[shape.size() - 2] : 1;
    const std::int64_t width = shape.empty() ? 1 : shape.back();
    switch (task.kind) {
    case TaskKind::segmentation:
        return classIdPlane("truth", values, height, width);
    case TaskKind::depth:
        return depthPlane("truth", values, height, width);
    case TaskKind::normals:
        return bytePlane("truth", values, 3, height, width, normalByte);
    case TaskKind::edges:
    case TaskKind::saliency:
        return bytePlane("truth", values, 1, height, width, planeByte);
    case TaskKind::classification: {
        const auto known = values.size() == 1 && values[0] >= 0 && values[0] < float(task.classes);
        std::vector<float> scores(known ? std::size_t(task.classes) : 0);
        if (known)
            scores[std::size_t(values[0])] = 1;
        return scorePlane("truth", scores);
    }
    case TaskKind::boxes:
        return boxesPlane("truth", boxesOfLabel(values));
    case TaskKind::multilabel:
    case TaskKind::regression:
        break;
    }
    return scorePlane("truth", values);
}

PredictionEvent predictionPlane(const at::Tensor &prediction, const TaskInfo &task)
{
    const at::Tensor values = prediction.detach().to(at::kCPU, at::kFloat).contiguous();
    const std::int64_t height = values.dim() == 3 ? values.size(1) : 1;
    const std::int64_t width = values.dim() == 3 ? values.size(2) : 1;
    switch (task.kind) {
    case TaskKind::segmentation:
        return classIdPlane("prediction", floatsOf(values.argmax(0).to(at::kFloat).contiguous()), height, width);
    case TaskKind::depth:
        return depthPlane("prediction", floatsOf(values), height, width);
    case TaskKind::normals: {
        const at::Tensor unit = (values / values.norm(2, 0, true).clamp_min(1e-12)).contiguous();
        return bytePlane("prediction", floatsOf(unit), 3, height, width, normalByte);
    }
    case TaskKind::edges:
    case TaskKind::saliency:
        return bytePlane("prediction", floatsOf(values.sigmoid()), 1, height, width, planeByte);
    case TaskKind::classification:
        return scorePlane("prediction", floatsOf(values.flatten().softmax(0)));
    case TaskKind::multilabel:
        return scorePlane("prediction", floatsOf(values.flatten().sigmoid()));
    case TaskKind::boxes:
        return boxesPlane("prediction", boxesOfPrediction(values));
    case TaskKind::regression:
        break;
    }
    return scorePlane("prediction", floatsOf(values));
}

std::vector<ScoredBox> boxesOfPlane(const PredictionEvent &plane)
{
    constexpr std::size_t rowBytes = boxPlaneWidth * sizeof(float);
    std::vector<ScoredBox> boxes;
    if (plane.width != boxPlaneWidth || plane.bytesPerValue != 4)
        return boxes;
    for (std::size_t at = 0; at + rowBytes <= plane.data.size(); at += rowBytes) {
        float row[boxPlaneWidth];
        std::memcpy(row, plane.data.data() + at, rowBytes);
        if (row[0] >= 0)
            boxes.push_back({.id = int(row[0]), .score = row[1], .box = {row[2], row[3], row[4], row[5]}});
    }
    return boxes;
}

} // namespace concord
