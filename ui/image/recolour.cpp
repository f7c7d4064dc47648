#include "ui/image/recolour.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace concord {

namespace {

constexpr QRgb unknownColour = qRgb(0x3a, 0x3f, 0x45);

std::uint16_t depthUnits(const std::uint8_t *data)
{
    return std::uint16_t(data[0] | (data[1] << 8));
}

/// Calls `use(truth pixel, prediction pixel)` → QRgb for every pixel. Null unless both are whole and of one size.
template<class Use>
QImage comparison(const PredictionEvent &truth, const PredictionEvent &prediction, const Use &use)
{
    if (!isWhole(truth) || !isWhole(prediction) || truth.width != prediction.width || truth.height != prediction.height || truth.channels != prediction.channels
        || truth.bytesPerValue != prediction.bytesPerValue)
        return {};
    QImage image(truth.width, truth.height, QImage::Format_RGB32);
    const auto stride = std::size_t(truth.channels * truth.bytesPerValue);
    const std::uint8_t *a = truth.data.data();
    const std::uint8_t *b = prediction.data.data();
    for (int y = 0; y < truth.height; ++y) {
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(y));
        for (int x = 0; x < truth.width; ++x, a += stride, b += stride)
            line[x] = use(a, b);
    }
    return image;
}

std::array<double, 3> normalOf(const std::uint8_t *bytes)
{
    const std::array<double, 3> n = {bytes[0] / 127.5 - 1, bytes[1] / 127.5 - 1, bytes[2] / 127.5 - 1};
    const double length = std::sqrt(n[0] * n[0] + n[1] * n[1] + n[2] * n[2]);
    // The zero vector is stored as 127 or 128: far from any unit normal.
    return length < 0.3 ? std::array<double, 3>{} : std::array<double, 3>{n[0] / length, n[1] / length, n[2] / length};
}

QRgb errorColour(double share)
{
    return errorColours()[std::size_t(std::lround(std::clamp(share, 0.0, 1.0) * 255))];
}

} // namespace

bool isWhole(const PredictionEvent &plane)
{
    return plane.width > 0 && plane.height > 0 && plane.channels > 0 && plane.bytesPerValue > 0
        && plane.data.size() == std::size_t(plane.width) * std::size_t(plane.height) * std::size_t(plane.channels) * std::size_t(plane.bytesPerValue);
}

QImage colourImage(const PredictionEvent &plane)
{
    if (!isWhole(plane) || plane.bytesPerValue != 1)
        return {};
    QImage image(plane.width, plane.height, QImage::Format_RGB32);
    const std::uint8_t *data = plane.data.data();
    for (int y = 0; y < plane.height; ++y) {
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(y));
        if (plane.channels == 3)
            for (int x = 0; x < plane.width; ++x, data += 3)
                line[x] = qRgb(data[0], data[1], data[2]);
        else
            for (int x = 0; x < plane.width; ++x, data += plane.channels)
                line[x] = qRgb(*data, *data, *data);
    }
    return image;
}

QImage labelImage(const PredictionEvent &plane, const ColourTable &classes)
{
    if (!isWhole(plane) || plane.bytesPerValue != 1 || plane.channels != 1)
        return {};
    // With alpha: classes that are switched off are see-through.
    QImage image(plane.width, plane.height, QImage::Format_ARGB32);
    for (int y = 0; y < plane.height; ++y) {
        const std::uint8_t *data = plane.data.data() + std::size_t(y) * std::size_t(plane.width);
        std::transform(data, data + plane.width, reinterpret_cast<QRgb *>(image.scanLine(y)), [&](std::uint8_t id) { return classes[id]; });
    }
    return image;
}

DepthRange depthRange(const PredictionEvent &truth, const PredictionEvent &prediction)
{
    DepthRange range{std::numeric_limits<double>::infinity(), 0};
    for (const PredictionEvent *plane : {&truth, &prediction}) {
        if (!isWhole(*plane) || plane->bytesPerValue != 2)
            continue;
        std::uint16_t low = 65535;
        std::uint16_t high = 0;
        for (std::size_t i = 0; i + 1 < plane->data.size(); i += 2)
            if (const std::uint16_t units = depthUnits(&plane->data[i]); units > 0) {
                low = std::min(low, units);
                high = std::max(high, units);
            }
        if (high > 0) {
            range.low = std::min(range.low, low * plane->scale);
            range.high = std::max(range.high, high * plane->scale);
        }
    }
    return range.high > 0 ? range : DepthRange{};
}

QImage depthImage(const PredictionEvent &plane, const DepthRange &range)
{
    if (!isWhole(plane) || plane.bytesPerValue != 2 || plane.channels != 1)
        return {};
    // All 65 536 depths at once are cheaper than one division per pixel from a quarter of a megapixel on; the table is kept.
    thread_local std::vector<QRgb> table;
    thread_local std::array<double, 3> tableFor = {};
    if (const std::array<double, 3> wanted = {range.low, range.high, plane.scale}; table.empty() || wanted != tableFor) {
        table.resize(65536);
        tableFor = wanted;
        const double factor = range.isEmpty() ? 0 : 255 / (range.high - range.low);
        for (std::size_t units = 1; units < table.size(); ++units)
            table[units] = depthColours()[std::size_t(std::clamp((double(units) * plane.scale - range.low) * factor, 0.0, 255.0) + 0.5)];
        table[0] = unknownColour;
    }
    QImage image(plane.width, plane.height, QImage::Format_RGB32);
    const std::uint8_t *data = plane.data.data();
    for (int y = 0; y < plane.height; ++y) {
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(y));
        for (int x = 0; x < plane.width; ++x, data += 2)
            line[x] = table[depthUnits(data)];
    }
    return image;
}

QImage labelError(const PredictionEvent &truth, const PredictionEvent &prediction, int ignore)
{
    const QRgb right = errorColours()[0];
    const QRgb wrong = errorColours()[170];
    return comparison(truth, prediction, [=](const std::uint8_t *a, const std::uint8_t *b) {
        return *a == 255 || *a == ignore ? unknownColour : *a == *b ? right : wrong;
    });
}

QImage depthError(const PredictionEvent &truth, const PredictionEvent &prediction, double full)
{
    return comparison(truth, prediction, [&](const std::uint8_t *a, const std::uint8_t *b) {
        const std::uint16_t known = depthUnits(a);
        return known == 0 ? unknownColour : errorColour(std::abs(known * truth.scale - depthUnits(b) * prediction.scale) / full);
    });
}

double angleBetween(const std::array<double, 3> &a, const std::array<double, 3> &b)
{
    if (a == std::array<double, 3>{} || b == std::array<double, 3>{})
        return std::nan("");
    return std::acos(std::clamp(a[0] * b[0] + a[1] * b[1] + a[2] * b[2], -1.0, 1.0)) * 180 / 3.14159265358979323846;
}

QImage normalsError(const PredictionEvent &truth, const PredictionEvent &prediction, double full)
{
    if (truth.channels != 3)
        return {};
    return comparison(truth, prediction, [full](const std::uint8_t *a, const std::uint8_t *b) {
        const double angle = angleBetween(normalOf(a), normalOf(b));
        return std::isnan(angle) ? unknownColour : errorColour(angle / full);
    });
}

QImage greyError(const PredictionEvent &truth, const PredictionEvent &prediction)
{
    return comparison(truth, prediction, [](const std::uint8_t *a, const std::uint8_t *b) { return errorColours()[std::size_t(std::abs(*a - *b))]; });
}

QImage blended(const QImage &under, const QImage &over, double share)
{
    if (under.isNull())
        return over;
    if (over.isNull())
        return under;
    const QImage top = (over.size() == under.size() ? over : over.scaled(under.size())).convertToFormat(QImage::Format_ARGB32);
    QImage image = under.convertToFormat(QImage::Format_RGB32);
    const int weight = int(std::lround(std::clamp(share, 0.0, 1.0) * 256));
    for (int y = 0; y < image.height(); ++y) {
        auto *line = reinterpret_cast<QRgb *>(image.scanLine(y));
        const auto *above = reinterpret_cast<const QRgb *>(top.constScanLine(y));
        for (int x = 0; x < image.width(); ++x) {
            const int w = qAlpha(above[x]) ? weight : 0;
            // Red and blue share one multiplication: their products never meet.
            const quint32 rb = ((above[x] & 0xff00ff) * quint32(w) + (line[x] & 0xff00ff) * quint32(256 - w)) >> 8 & 0xff00ff;
            const quint32 g = ((above[x] & 0x00ff00) * quint32(w) + (line[x] & 0x00ff00) * quint32(256 - w)) >> 8 & 0x00ff00;
            line[x] = 0xff000000u | rb | g;
        }
    }
    return image;
}

double depthAt(const PredictionEvent &plane, int x, int y)
{
    return depthUnits(&plane.data[2 * (std::size_t(y) * std::size_t(plane.width) + std::size_t(x))]) * plane.scale;
}

std::array<double, 3> normalAt(const PredictionEvent &plane, int x, int y)
{
    return normalOf(&plane.data[3 * (std::size_t(y) * std::size_t(plane.width) + std::size_t(x))]);
}

} // namespace concord
