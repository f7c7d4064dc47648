#include "core/exporter/report.h"

#include <fmt/format.h>
#include <opencv2/imgcodecs.hpp>
#include <opencv2/imgproc.hpp>

#include <algorithm>
#include <cmath>
#include <cstring>

namespace concord {

namespace {

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

/// Distinct colours for class ids, as OpenCV's BGR.
cv::Vec3b classColour(int id)
{
    static const cv::Vec3b colours[] = {{60, 93, 122}, {188, 160, 134}, {233, 180, 86}, {0, 94, 213}, {178, 114, 0}, {167, 121, 204}, {115, 158, 0}, {66, 228, 240},
                                        {120, 120, 120}, {60, 20, 160}, {200, 200, 60}, {80, 80, 220}};
    return id < 12 ? colours[id] : cv::Vec3b(std::uint8_t(37 * id), std::uint8_t(91 * id), std::uint8_t(151 * id));
}

/// `far`: the depth that gets the brightest colour, shared by truth and prediction.
cv::Mat planePicture(const PredictionEvent &plane, double far)
{
    cv::Mat picture(plane.height, plane.width, CV_8UC3);
    for (int y = 0; y < plane.height; ++y) {
        for (int x = 0; x < plane.width; ++x) {
            const std::size_t at = (std::size_t(y) * std::size_t(plane.width) + std::size_t(x)) * std::size_t(plane.channels * plane.bytesPerValue);
            cv::Vec3b &pixel = picture.at<cv::Vec3b>(y, x);
            if (plane.bytesPerValue == 2) {
                const int raw = plane.data[at] | plane.data[at + 1] << 8;
                const auto grey = std::uint8_t(std::clamp(255 * raw * plane.scale / std::max(far, 1e-9), 0.0, 255.0));
                pixel = {grey, grey, grey};
            } else if (plane.channels == 3) {
                pixel = {plane.data[at + 2], plane.data[at + 1], plane.data[at]};
            } else {
                pixel = {plane.data[at], plane.data[at], plane.data[at]};
            }
        }
    }
    if (plane.bytesPerValue == 2)
        cv::applyColorMap(picture, picture, cv::COLORMAP_INFERNO);
    return picture;
}

bool isClassPlane(const PredictionEvent &plane)
{
    // Class ids are small; a grey image or an edge map has bright values.
    return plane.channels == 1 && plane.bytesPerValue == 1 && !plane.task.empty() && std::ranges::all_of(plane.data, [](std::uint8_t v) { return v < 64 || v == 255; })
        && std::ranges::any_of(plane.data, [](std::uint8_t v) { return v > 0 && v < 64; });
}

std::string pictureTag(const PredictionEvent &plane, double far, bool classes, const std::string &caption)
{
    cv::Mat picture = planePicture(plane, far);
    if (classes)
        for (int y = 0; y < plane.height; ++y)
            for (int x = 0; x < plane.width; ++x) {
                const int id = plane.data[std::size_t(y) * std::size_t(plane.width) + std::size_t(x)];
                picture.at<cv::Vec3b>(y, x) = id == 255 ? cv::Vec3b(0, 0, 0) : classColour(id);
            }
    std::vector<std::uint8_t> png;
    cv::imencode(".png", picture, png);
    return fmt::format("<div class='plane'><img alt='{0}' src='data:image/png;base64,{1}'><span>{0}</span></div>", htmlText(caption), base64(png));
}

double farthest(const PredictionEvent &plane)
{
    int largest = 0;
    for (std::size_t i = 0; i + 1 < plane.data.size(); i += 2)
        largest = std::max(largest, plane.data[i] | plane.data[i + 1] << 8);
    return largest * plane.scale;
}

std::string scoresText(const PredictionEvent &plane)
{
    std::vector<float> scores(plane.data.size() / sizeof(float));
    std::memcpy(scores.data(), plane.data.data(), scores.size() * sizeof(float));
    const auto best = std::ranges::max_element(scores);
    return best == scores.end() ? "" : fmt::format("{} {}: {}", plane.task, plane.kind, best - scores.begin());
}

} // namespace

std::string predictionsFigure(const std::vector<PredictionEvent> &planes, const std::vector<std::string> &tasks, int samples)
{
    const auto find = [&planes](int sample, const std::string &task, const std::string &kind) -> const PredictionEvent * {
        const auto it = std::ranges::find_if(planes, [&](const PredictionEvent &p) { return p.sample == sample && p.task == task && p.kind == kind; });
        return it == planes.end() ? nullptr : &*it;
    };
    std::string html;
    for (int sample = 0; sample < samples; ++sample) {
        std::string row;
        if (const PredictionEvent *image = find(sample, "", "image"); image && image->bytesPerValue == 1)
            row += pictureTag(*image, 0, false, "image");
        for (const std::string &task : tasks) {
            const PredictionEvent *truth = find(sample, task, "truth");
            const PredictionEvent *prediction = find(sample, task, "prediction");
            const double far = truth && truth->bytesPerValue == 2 ? farthest(*truth) : prediction && prediction->bytesPerValue == 2 ? farthest(*prediction) : 0;
            const bool classes = (truth && isClassPlane(*truth)) || (prediction && isClassPlane(*prediction));
            for (const PredictionEvent *plane : {truth, prediction}) {
                if (!plane)
                    continue;
                if (plane->bytesPerValue == 4 || plane->height <= 1)
                    row += fmt::format("<div class='plane'><span>{}</span></div>", htmlText(plane->bytesPerValue == 4 ? scoresText(*plane) : task));
                else
                    row += pictureTag(*plane, far, classes, task + " " + plane->kind);
            }
        }
        if (!row.empty())
            html += "<div class='planes'>" + row + "</div>";
    }
    return html;
}

} // namespace concord
