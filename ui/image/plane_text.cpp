#include "ui/image/plane_text.h"

#include "core/session/planes.h"
#include "ui/image/recolour.h"

#include <QCoreApplication>

#include <cmath>
#include <cstring>
#include <optional>

namespace concord {

namespace {

QString planeWord(const char *text)
{
    return QCoreApplication::translate("PlaneText", text);
}

QString fixedNumber(double value, int decimals)
{
    return QString::number(value, 'f', decimals).replace(u'-', QChar(0x2212));
}

bool holds(const PredictionEvent &plane, int x, int y)
{
    return isWhole(plane) && x >= 0 && y >= 0 && x < plane.width && y < plane.height;
}

std::uint8_t byteAt(const PredictionEvent &plane, int x, int y, int channel = 0)
{
    return plane.data[(std::size_t(y) * std::size_t(plane.width) + std::size_t(x)) * std::size_t(plane.channels) + std::size_t(channel)];
}

QString depthUnit(const TaskInfo &task)
{
    return task.unit.empty() ? QStringLiteral("m") : QString::fromStdString(task.unit);
}

} // namespace

QString className(const TaskInfo &task, int id)
{
    if (id == 255 || id == task.ignore)
        return planeWord("unlabelled");
    return id >= 0 && id < int(task.classNames.size()) ? QString::fromStdString(task.classNames[std::size_t(id)]) : planeWord("class %1").arg(id);
}

QString planeText(const PredictionEvent &plane, const TaskInfo &task, int x, int y)
{
    if (!holds(plane, x, y) || plane.bytesPerValue == 4)
        return {};
    if (plane.kind == "image")
        return plane.channels == 3 ? QStringLiteral("RGB %1 %2 %3").arg(byteAt(plane, x, y, 0)).arg(byteAt(plane, x, y, 1)).arg(byteAt(plane, x, y, 2))
                                   : planeWord("grey %1").arg(byteAt(plane, x, y));
    if (plane.bytesPerValue == 2) {
        const double metres = depthAt(plane, x, y);
        return metres > 0 ? QStringLiteral("%1 %2").arg(fixedNumber(metres, 2), depthUnit(task)) : planeWord("unknown");
    }
    if (plane.channels == 3) {
        const auto n = normalAt(plane, x, y);
        return n == std::array<double, 3>{} ? planeWord("unknown") : QStringLiteral("(%1, %2, %3)").arg(fixedNumber(n[0], 2), fixedNumber(n[1], 2), fixedNumber(n[2], 2));
    }
    const int value = byteAt(plane, x, y);
    if (task.kind == TaskKind::segmentation)
        return value == 255 ? className(task, value) : QStringLiteral("%1 (%2)").arg(className(task, value)).arg(value);
    return fixedNumber(value / 255.0, 2);
}

QString boxesText(const PredictionEvent &plane, const TaskInfo &task, const QSize &image, int x, int y)
{
    const double column = (x + 0.5) / image.width();
    const double row = (y + 0.5) / image.height();
    const auto area = [](const Box &box) { return (box.right - box.left) * (box.bottom - box.top); };
    std::optional<ScoredBox> smallest;
    for (const ScoredBox &box : boxesOfPlane(plane)) {
        const bool isInside = box.box.left <= column && column < box.box.right && box.box.top <= row && row < box.box.bottom;
        if (isInside && box.score >= leastShownScore && (!smallest || area(box.box) < area(smallest->box)))
            smallest = box;
    }
    if (!smallest)
        return {};
    const QString name = className(task, smallest->id);
    return plane.kind == "truth" ? name : QStringLiteral("%1 (%2 %)").arg(name).arg(qRound(100 * smallest->score));
}

QString errorText(const PredictionEvent &truth, const PredictionEvent &prediction, const TaskInfo &task, int x, int y)
{
    if (!holds(truth, x, y) || !holds(prediction, x, y) || truth.bytesPerValue != prediction.bytesPerValue || truth.channels != prediction.channels)
        return {};
    if (truth.bytesPerValue == 2) {
        const double known = depthAt(truth, x, y);
        const double error = depthAt(prediction, x, y) - known;
        return known > 0 ? QStringLiteral("%1%2 %3").arg(error > 0 ? QStringLiteral("+") : QString(), fixedNumber(error, 2), depthUnit(task)) : planeWord("unknown");
    }
    if (truth.channels == 3) {
        const double angle = angleBetween(normalAt(truth, x, y), normalAt(prediction, x, y));
        return std::isnan(angle) ? planeWord("unknown") : planeWord("%1° off").arg(fixedNumber(angle, 1));
    }
    const int known = byteAt(truth, x, y);
    if (task.kind == TaskKind::segmentation) {
        if (known == 255 || known == task.ignore)
            return className(task, 255);
        return known == byteAt(prediction, x, y) ? planeWord("right") : planeWord("wrong");
    }
    return planeWord("%1 off").arg(fixedNumber(std::abs(known - byteAt(prediction, x, y)) / 255.0, 2));
}

std::vector<float> planeScores(const PredictionEvent &plane)
{
    if (!isWhole(plane) || plane.bytesPerValue != 4)
        return {};
    std::vector<float> scores(plane.data.size() / 4);
    std::memcpy(scores.data(), plane.data.data(), scores.size() * 4);
    return scores;
}

MainMetric mainMetric(const TaskInfo &task, const QStringList &seriesNames)
{
    struct Usual
    {
        TaskKind kind;
        const char *metric;
        QString text;
    };
    static const QString percent = QStringLiteral(" %");
    const QString unit = task.unit.empty() ? QString() : u' ' + QString::fromStdString(task.unit);
    const Usual usual[] = {{TaskKind::segmentation, "mIoU", QStringLiteral(" mIoU")}, {TaskKind::depth, "abs", unit}, {TaskKind::normals, "mean", QStringLiteral("°")},
        {TaskKind::classification, "accuracy", percent}, {TaskKind::multilabel, "accuracy", percent}, {TaskKind::edges, "F-measure", QStringLiteral(" % F")},
        {TaskKind::saliency, "F-measure", QStringLiteral(" % F")}, {TaskKind::regression, "RMSE", unit}, {TaskKind::boxes, "AP50", QStringLiteral(" % AP")}};
    const QString stem = QStringLiteral("val/%1/").arg(QString::fromStdString(task.name));
    for (const Usual &entry : usual)
        if (entry.kind == task.kind && seriesNames.contains(stem + QLatin1String(entry.metric)))
            return {stem + QLatin1String(entry.metric), entry.text};
    for (const QString &name : seriesNames)
        if (name.startsWith(stem) && !name.endsWith(QLatin1String("/loss")))
            return {name, u' ' + name.mid(stem.size())};
    return {};
}

} // namespace concord
