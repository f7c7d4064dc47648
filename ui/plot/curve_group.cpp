#include "ui/plot/curve_group.h"

#include <QCoreApplication>

#include <algorithm>

namespace concord {

namespace {

QString groupWord(const char *text)
{
    return QCoreApplication::translate("CurveGroup", text);
}

/// Id of the group that a series belongs to; "" for those that are not drawn by themselves.
QString groupIdOf(const QString &series)
{
    if (series == QLatin1String("epoch") || series.startsWith(QLatin1String("baseline/")))
        return {};
    const qsizetype first = series.indexOf(u'/');
    if (first < 0 || series == QLatin1String("val/mean"))
        return series;
    const QString head = series.left(first);
    if (head != QLatin1String("val"))
        return head;
    // A metric's name may hold anything but the slash that ends the task.
    const qsizetype last = series.lastIndexOf(u'/');
    return last > first ? QStringLiteral("val/") + series.mid(last + 1) : series;
}

struct GroupFacts
{
    int rank;
    QString title;
    QString unit;
};

GroupFacts factsOf(const QString &id, const QString &unit)
{
    if (id == QLatin1String("loss"))
        return {0, groupWord("Training losses"), {}};
    if (id == QLatin1String("val/loss"))
        return {1, groupWord("Validation loss"), {}};
    if (id == QLatin1String("val/mean"))
        return {3, groupWord("Validation mean"), {}};
    if (id.startsWith(QLatin1String("val/")))
        return {2, groupWord("Validation") + u' ' + id.mid(4), unit};
    if (id == QLatin1String("weight"))
        return {4, groupWord("Task weights"), {}};
    if (id == QLatin1String("lr"))
        return {5, groupWord("Learning rate"), {}};
    if (id == QLatin1String("residual"))
        return {6, groupWord("Solver residual"), {}};
    if (id == QLatin1String("ms_per_step"))
        return {7, groupWord("Time per step"), QStringLiteral("ms")};
    if (id == QLatin1String("images_per_s"))
        return {8, groupWord("Throughput"), QStringLiteral("images/s")};
    return {9, id, {}};
}

QString unitOfMetric(const QString &metric, const TaskInfo &task)
{
    static const QStringList shares = {QStringLiteral("mIoU"), QStringLiteral("pixel accuracy"), QStringLiteral("accuracy"), QStringLiteral("F1"),
        QStringLiteral("F-measure"), QStringLiteral("precision"), QStringLiteral("recall")};
    if (shares.contains(metric) || metric.contains(u'<'))
        return QStringLiteral("%");
    if (task.kind == TaskKind::normals)
        return QStringLiteral("°");
    if (metric == QLatin1String("abs") || metric == QLatin1String("RMSE"))
        return QString::fromStdString(task.unit);
    return {};
}

} // namespace

int taskOfSeries(const QString &series, std::span<const TaskInfo> tasks)
{
    const qsizetype first = series.indexOf(u'/');
    if (first < 0)
        return -1;
    QString name = series.mid(first + 1);
    if (series.startsWith(QLatin1String("val/")) || series.startsWith(QLatin1String("baseline/"))) {
        const qsizetype last = name.lastIndexOf(u'/');
        if (last < 0)
            return -1;
        name.truncate(last);
    }
    const auto it = std::ranges::find(tasks, name.toStdString(), &TaskInfo::name);
    return it == tasks.end() ? -1 : int(it - tasks.begin());
}

std::vector<CurveGroup> curveGroups(const QStringList &names, std::span<const TaskInfo> tasks)
{
    std::vector<CurveGroup> groups;
    for (const QString &name : names) {
        const QString id = groupIdOf(name);
        if (id.isEmpty())
            continue;
        auto it = std::ranges::find(groups, id, &CurveGroup::id);
        if (it == groups.end()) {
            const int task = taskOfSeries(name, tasks);
            const GroupFacts facts = factsOf(id, task >= 0 && id.startsWith(QLatin1String("val/")) ? unitOfMetric(id.mid(4), tasks[std::size_t(task)]) : QString());
            groups.push_back({.id = id, .title = facts.title, .unit = facts.unit, .series = {}, .baselines = {}, .perStep = !id.startsWith(QLatin1String("val"))});
            it = groups.end() - 1;
        }
        it->series += name;
        if (const QString baseline = QStringLiteral("baseline") + name.mid(3); name.startsWith(QLatin1String("val/")) && names.contains(baseline))
            it->baselines += baseline;
    }
    const auto order = [&](const QString &a, const QString &b) { return taskOfSeries(a, tasks) < taskOfSeries(b, tasks); };
    for (CurveGroup &group : groups) {
        std::ranges::stable_sort(group.series, order);
        std::ranges::stable_sort(group.baselines, order);
    }
    // Of the metrics, those of the first task come first.
    const auto rank = [&](const CurveGroup &group) { return std::pair(factsOf(group.id, {}).rank, taskOfSeries(group.series.first(), tasks)); };
    std::ranges::stable_sort(groups, [&](const CurveGroup &a, const CurveGroup &b) { return rank(a) < rank(b); });
    return groups;
}

QString seriesLabel(const QString &series, const CurveGroup &group, std::span<const TaskInfo> tasks)
{
    const int task = taskOfSeries(series, tasks);
    return task < 0 ? group.title : QString::fromStdString(tasks[std::size_t(task)].name);
}

} // namespace concord
