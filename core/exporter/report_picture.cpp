#include "core/exporter/report_picture.h"

#include "core/probe/plane.h"

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

const cv::Vec3b unknownColour = {0x24, 0x20, 0x1d};   // BGR

std::string base64(const std::vector<std::uint8_t> &bytes)
{
    static constexpr char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        const std::size_t left = std::min<std::size_t>(3, bytes.size() - i);
        std::uint32_t word = std::uint32_t(bytes[i]) << 16;
        if (left > 1)
            word |= std::uint32_t(bytes[i + 1]) << 8;
        if (left > 2)
            word |= bytes[i + 2];
        for (std::size_t c = 0; c < 4; ++c)
            text += c <= left ? letters[(word >> (18 - 6 * c)) & 63] : '=';
    }
    return text;
}

/// The golden angle never comes back to a hue; lightness changes too, so that neighbours in hue stay apart.
cv::Vec3b classColour(int id)
{
    static constexpr float lightness[] = {66, 50, 78, 58, 40};
    static constexpr float chroma[] = {36, 48, 32, 58, 40};
    const double hue = std::fmod(250 + 137.508 * id, 360.0) * CV_PI / 180;
    cv::Mat3f pixel(1, 1, cv::Vec3f(lightness[id % 5], float(chroma[id % 5] * std::cos(hue)), float(chroma[id % 5] * std::sin(hue))));
    cv::cvtColor(pixel, pixel, cv::COLOR_Lab2BGR);
    cv::Vec3b colour;
    for (int c = 0; c < 3; ++c)
        colour[c] = cv::saturate_cast<std::uint8_t>(255 * pixel(0, 0)[c]);
    return colour;
}

/// The row of a depth's colours, from near to far.
cv::Mat depthRow()
{
    cv::Mat row(1, 256, CV_8UC1);
    for (int i = 0; i < 256; ++i)
        row.at<std::uint8_t>(0, i) = std::uint8_t(i);
    cv::applyColorMap(row, row, cv::COLORMAP_INFERNO);
    return row;
}

int depthUnits(const PredictionEvent &plane, std::size_t pixel)
{
    return plane.data[2 * pixel] | plane.data[2 * pixel + 1] << 8;
}

std::string pngAddress(const cv::Mat &picture)
{
    std::vector<std::uint8_t> png;
    cv::imencode(".png", picture, png);
    return "data:image/png;base64," + base64(png);
}

bool isClasses(const TaskInfo *task)
{
    return task && task->kind == TaskKind::segmentation;
}

bool isDepth(const PredictionEvent &plane)
{
    return plane.bytesPerValue == 2;
}

cv::Vec3b pixelColour(const PredictionEvent &plane, const TaskInfo *task, double deepest, std::size_t pixel, const cv::Mat &depthColours)
{
    if (isDepth(plane)) {
        const int units = depthUnits(plane, pixel);
        if (units == 0)
            return unknownColour;
        return depthColours.at<cv::Vec3b>(0, int(std::clamp(255 * units * plane.scale / std::max(deepest, 1e-9), 0.0, 255.0)));
    }
    if (plane.channels == 3)
        return {plane.data[3 * pixel + 2], plane.data[3 * pixel + 1], plane.data[3 * pixel]};
    const std::uint8_t value = plane.data[pixel];
    if (!isClasses(task))
        return {value, value, value};
    return value == 255 || value == task->ignore ? unknownColour : classColour(value);
}

} // namespace

std::string planeImage(const PredictionEvent &plane, const TaskInfo *task, double deepest, const std::string &caption)
{
    const cv::Mat depthColours = depthRow();
    cv::Mat picture(plane.height, plane.width, CV_8UC3);
    for (int y = 0; y < plane.height; ++y)
        for (int x = 0; x < plane.width; ++x)
            picture.at<cv::Vec3b>(y, x) = pixelColour(plane, task, deepest, std::size_t(y) * std::size_t(plane.width) + std::size_t(x), depthColours);
    return fmt::format("<div class='plane'><img alt='{0}' title='{0}' src='{1}'><span>{2}</span></div>", htmlText(caption), pngAddress(picture),
                       htmlText(plane.kind));
}

std::string boxesImage(const PredictionEvent &image, const PredictionEvent &plane, const TaskInfo &task)
{
    const int scale = std::max(1, 256 / std::max({image.width, image.height, 1}));   // lines of a pixel shall not hide small images
    cv::Mat picture(image.height, image.width, CV_8UC3);
    for (int y = 0; y < image.height; ++y)
        for (int x = 0; x < image.width; ++x)
            picture.at<cv::Vec3b>(y, x) = pixelColour(image, nullptr, 0, std::size_t(y) * std::size_t(image.width) + std::size_t(x), {});
    cv::resize(picture, picture, {}, scale, scale, cv::INTER_NEAREST);
    for (const auto &[id, score, box] : boxesOfPlane(plane)) {
        if (score < leastShownScore)
            continue;
        const cv::Point first(int(box.left * float(picture.cols)), int(box.top * float(picture.rows)));
        const cv::Point last(int(box.right * float(picture.cols)) - 1, int(box.bottom * float(picture.rows)) - 1);
        cv::rectangle(picture, first, last, cv::Scalar(classColour(id)), 2);
    }
    const std::string caption = task.name + " " + plane.kind;
    return fmt::format("<div class='plane'><img alt='{0}' title='{0}' src='{1}'><span>{2}</span></div>", htmlText(caption), pngAddress(picture),
                       htmlText(plane.kind));
}

double deepestOf(const PredictionEvent &plane)
{
    int largest = 0;
    for (std::size_t pixel = 0; isDepth(plane) && 2 * pixel + 1 < plane.data.size(); ++pixel)
        largest = std::max(largest, depthUnits(plane, pixel));
    return largest * plane.scale;
}

void addClasses(const PredictionEvent &plane, std::set<int> &classes)
{
    for (const ScoredBox &box : boxesOfPlane(plane))
        if (box.score >= leastShownScore)
            classes.insert(box.id);
    if (plane.bytesPerValue != 1)
        return;
    classes.insert(plane.data.begin(), plane.data.end());
}

std::string classLegend(const TaskInfo &task, const std::set<int> &classes)
{
    std::string html;
    for (const int id : classes) {
        if (id == 255 || id == task.ignore)
            continue;
        const cv::Vec3b colour = classColour(id);
        const std::string name = std::size_t(id) < task.classNames.size() ? task.classNames[std::size_t(id)] : fmt::format("class {}", id);
        html += fmt::format("<span class='key'><i style='background:rgb({},{},{})'></i>{}</span>", colour[2], colour[1], colour[0], htmlText(name));
    }
    return "<div class='legend'><b>" + htmlText(task.name) + "</b> " + html + "</div>";
}

std::string depthLegend(const TaskInfo &task, double deepest)
{
    return fmt::format("<div class='legend'><b>{}</b> 0 <img class='scale' alt='colours of depth' src='{}'> {:.3g} {}</div>", htmlText(task.name),
                       pngAddress(depthRow()), deepest, htmlText(task.unit.empty() ? "m" : task.unit));
}

} // namespace concord
