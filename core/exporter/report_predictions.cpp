#include "core/exporter/report_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

namespace concord {

namespace {

constexpr std::size_t mostTasks = 12;   // a data set of forty attributes would fill pages

/// Finds planes by sample, task and kind.
class ReportPlanes
{
public:
    explicit ReportPlanes(const std::vector<PredictionEvent> &planes)
        : planes_(planes)
    {
    }

    const PredictionEvent *find(int sample, const std::string &task, const std::string &kind) const
    {
        const auto it = std::ranges::find_if(planes_, [&](const PredictionEvent &p) { return p.sample == sample && p.task == task && p.kind == kind; });
        return it == planes_.end() || it->data.empty() ? nullptr : &*it;
    }

    /// Shared by truths and predictions of all samples, so that colours can be compared; the truth decides where there is one.
    double deepest(const std::string &task) const
    {
        for (const char *kind : {"truth", "prediction"}) {
            double result = 0;
            for (const PredictionEvent &plane : planes_)
                if (plane.task == task && plane.kind == kind)
                    result = std::max(result, deepestOf(plane));
            if (result > 0)
                return result;
        }
        return 0;
    }

private:
    const std::vector<PredictionEvent> &planes_;
};

std::vector<float> scoresOf(const PredictionEvent &plane)
{
    std::vector<float> scores(plane.data.size() / sizeof(float));
    std::memcpy(scores.data(), plane.data.data(), scores.size() * sizeof(float));
    return scores;
}

/// The most likely class, or the first values.
std::string scoresText(const PredictionEvent &plane, const TaskInfo &task)
{
    const std::vector<float> scores = scoresOf(plane);
    if (scores.empty())
        return "–";
    if (task.kind == TaskKind::classification) {
        const auto best = std::ranges::max_element(scores);
        const auto id = std::size_t(best - scores.begin());
        const std::string name = id < task.classNames.size() ? task.classNames[id] : std::to_string(id);
        return plane.kind == "truth" ? name : fmt::format("{} ({:.0f} %)", name, 100 * *best);
    }
    std::string text;
    for (std::size_t i = 0; i < scores.size() && i < 6; ++i)
        text += fmt::format("{}{:.3g}", i ? ", " : "", scores[i]);
    return scores.size() > 6 ? text + " …" : text;
}

std::string planeCell(const PredictionEvent *plane, const PredictionEvent *image, const TaskInfo &task, double deepest)
{
    if (!plane)
        return "<div class='plane'><span class='quiet'>no label</span></div>";
    if (task.kind == TaskKind::boxes && image && image->bytesPerValue == 1)
        return boxesImage(*image, *plane, task);
    if (plane->bytesPerValue == 4 || plane->height <= 1)
        return fmt::format("<div class='plane'><b>{}</b><span>{}</span></div>", htmlText(scoresText(*plane, task)), htmlText(plane->kind));
    return planeImage(*plane, &task, deepest, task.name + " " + plane->kind);
}

} // namespace

std::string predictionsFigure(const std::vector<PredictionEvent> &planes, const std::vector<ReportTask> &tasks, int samples)
{
    const ReportPlanes all(planes);
    std::string head = "<tr><th scope='col'>image</th>";
    std::string rows;
    std::string legends;
    for (std::size_t t = 0; t < std::min(tasks.size(), mostTasks); ++t)
        head += "<th scope='col'>" + htmlText(tasks[t].info.name) + "</th>";
    std::vector<std::set<int>> classes(tasks.size());
    for (int sample = 0; sample < samples; ++sample) {
        const bool isThere = std::ranges::any_of(planes, [sample](const PredictionEvent &plane) { return plane.sample == sample; });
        if (!isThere)
            continue;
        const PredictionEvent *image = all.find(sample, "", "image");
        rows += "<tr><td>" + (image && image->bytesPerValue == 1 ? planeImage(*image, nullptr, 0, "image") : std::string("<span class='quiet'>numbers</span>")) + "</td>";
        for (std::size_t t = 0; t < std::min(tasks.size(), mostTasks); ++t) {
            const TaskInfo &task = tasks[t].info;
            rows += "<td><div class='pair'>";
            for (const char *kind : {"truth", "prediction"}) {
                const PredictionEvent *plane = all.find(sample, task.name, kind);
                rows += planeCell(plane, image, task, all.deepest(task.name));
                if (plane && (task.kind == TaskKind::segmentation || task.kind == TaskKind::boxes))
                    addClasses(*plane, classes[t]);
            }
            rows += "</div></td>";
        }
        rows += "</tr>";
    }
    if (rows.empty())
        return {};
    for (std::size_t t = 0; t < std::min(tasks.size(), mostTasks); ++t) {
        if (!classes[t].empty())
            legends += classLegend(tasks[t].info, classes[t]);
        if (tasks[t].info.kind == TaskKind::depth)
            legends += depthLegend(tasks[t].info, all.deepest(tasks[t].info.name));
    }
    return "<div class='wide'><table class='planes'>" + head + "</tr>" + rows + "</table></div>" + legends;
}

} // namespace concord
