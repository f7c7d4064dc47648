#include "ui/model/comparison_model.h"

#include "core/base/text.h"

#include <QFont>

#include <algorithm>
#include <limits>

namespace concord {

namespace {

QString fromNumber(double value, int decimals)
{
    return std::isfinite(value) && value > 0 ? QString::number(value, 'f', decimals) : QStringLiteral("–");
}

/// The number of a Spread, in an order where what is not known comes last.
QVariant spreadNumber(const Spread &spread)
{
    return spread.known() ? spread.mean : std::numeric_limits<double>::max();
}

} // namespace

ComparisonModel::ComparisonModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void ComparisonModel::setResult(const ComparisonResult &result)
{
    beginResetModel();
    result_ = result;
    makeColumns();
    endResetModel();
}

void ComparisonModel::setTheme(const Theme &theme)
{
    theme_ = theme;
    if (rowCount() > 0)
        Q_EMIT dataChanged(index(0, 0), index(rowCount() - 1, columnCount() - 1));
}

int ComparisonModel::columnOf(Kind kind) const
{
    const auto column = std::ranges::find(columns_, kind, &Column::kind);
    return column == columns_.end() ? -1 : int(column - columns_.begin());
}

void ComparisonModel::makeColumns()
{
    const auto any = [this](auto has) { return std::ranges::any_of(result_.rows, has); };
    columns_ = {{Kind::name}};
    if (any([](const ComparisonRow &row) { return !row.isBaseline && row.gain.known(); })) {
        columns_.push_back({Kind::gain, -1, bestRow(result_, gainColumn)});
        columns_.push_back({Kind::forest});
    }
    for (std::size_t task = 0; task < result_.tasks.size(); ++task)
        columns_.push_back({Kind::metric, int(task), bestRow(result_, int(task))});
    if (any([](const ComparisonRow &row) { return row.overSum.known(); }))
        columns_.push_back({Kind::overSum});
    // Where it matters, size is seen without scrolling.
    if (result_.comparesModels()) {
        columns_.push_back({Kind::parameters});
        columns_.push_back({Kind::macs});
    }
    columns_.push_back({Kind::rank, -1, bestRow(result_, rankColumn)});
    columns_.push_back({Kind::time, -1, bestRow(result_, costColumn)});
    if (!result_.reference.empty())
        columns_.push_back({Kind::times});
    if (any([](const ComparisonRow &row) { return row.peakMegabytes > 0; }))
        columns_.push_back({Kind::memory});
    columns_.push_back({Kind::seeds});
    if (any([](const ComparisonRow &row) { return row.trials > 0; })) {
        columns_.push_back({Kind::trials});
        columns_.push_back({Kind::settings});
    }
}

int ComparisonModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(result_.rows.size());
}

int ComparisonModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(columns_.size());
}

QString ComparisonModel::text(const ComparisonRow &row, const Column &column) const
{
    const bool empty = row.runs.empty();
    switch (column.kind) {
    case Kind::name: return QString::fromStdString(row.label());
    case Kind::metric: return QString::fromStdString(spreadText(row.metrics[std::size_t(column.task)]));
    case Kind::gain: return row.isBaseline ? QStringLiteral("0") : QString::fromStdString(spreadText(row.gain, true));
    case Kind::forest: return {};
    case Kind::overSum: return QString::fromStdString(spreadText(row.overSum, true));
    case Kind::rank: return fromNumber(row.meanRank, 2);
    case Kind::time: return fromNumber(row.msPerStep, row.msPerStep < 100 ? 1 : 0);
    case Kind::times: return row.timesReference > 0 ? u'×' + fromNumber(row.timesReference, 2) : QStringLiteral("–");
    case Kind::parameters: return empty ? QStringLiteral("–") : QString::fromStdString(shortCount(double(row.parameters)));
    case Kind::macs: return empty ? QStringLiteral("–") : QString::fromStdString(shortCount(double(row.macs)));
    case Kind::memory: return fromNumber(row.peakMegabytes, 0);
    case Kind::seeds: {
        const int there = int(row.isBaseline ? row.seeds.size() : row.runs.size());
        return row.isBaseline || there == row.planned ? QString::number(there) : tr("%1 of %2").arg(there).arg(row.planned);
    }
    case Kind::trials: return row.trials > 0 ? QString::number(row.trials) : QStringLiteral("–");
    case Kind::settings: return QString::fromStdString(row.settings);
    }
    return {};
}

QVariant ComparisonModel::sortValue(const ComparisonRow &row, const Column &column) const
{
    const auto orLast = [](double value) { return std::isfinite(value) && value > 0 ? value : std::numeric_limits<double>::max(); };
    switch (column.kind) {
    case Kind::metric: return spreadNumber(row.metrics[std::size_t(column.task)]);
    case Kind::gain:
    case Kind::forest: return spreadNumber(row.gain);
    case Kind::overSum: return spreadNumber(row.overSum);
    case Kind::rank: return orLast(row.meanRank);
    case Kind::time: return orLast(row.msPerStep);
    case Kind::times: return orLast(row.timesReference);
    case Kind::parameters: return double(row.parameters);
    case Kind::macs: return double(row.macs);
    case Kind::memory: return orLast(row.peakMegabytes);
    case Kind::seeds: return int(row.seeds.size());
    case Kind::trials: return row.trials;
    case Kind::name:
    case Kind::settings: break;
    }
    return text(row, column);
}

QString ComparisonModel::tip(const ComparisonRow &row, const Column &column) const
{
    QStringList lines;
    if (!row.problem.empty())
        lines += QString::fromStdString(row.problem);
    if (column.kind == Kind::name) {
        if (row.isBaseline)
            lines += tr("One model per task: what Δm is measured from.");
        else if (row.isTunedSum)
            lines += tr("The plain weighted sum of the losses; learning rate and weights were searched. A method should beat this.");
        if (!row.fidelity.empty() && !row.isBaseline)
            lines += tr("Fidelity: %1").arg(QString::fromStdString(row.fidelity));
        QStringList numbers;
        for (const int run : row.runs)
            numbers += QString::number(run);
        if (!numbers.isEmpty())
            lines += tr("Runs %1").arg(numbers.join(QStringLiteral(", ")));
    }
    return lines.join(u'\n');
}

/// One axis for all rows. A line that fell far behind is not allowed to squeeze the others: it is drawn at the edge.
QVariant ComparisonModel::forest(const ComparisonRow &row) const
{
    double low = 0;
    double high = 0;
    std::vector<double> means;
    double sum = std::numeric_limits<double>::quiet_NaN();
    for (const ComparisonRow &each : result_.rows) {
        if (!each.gain.known())
            continue;
        const double reach = std::isnan(each.gain.deviation) ? 0 : each.gain.deviation;
        low = std::min(low, each.gain.mean - reach);
        high = std::max(high, each.gain.mean + reach);
        means.push_back(each.gain.mean);
        if (each.isTunedSum)
            sum = each.gain.mean;
    }
    if (!means.empty()) {
        std::ranges::sort(means);
        const double median = means[means.size() / 2];
        low = std::max(low, std::min(0.0, median - 3 * std::max(high - median, 1.0)));
    }
    return QVariantList{row.gain.mean, row.gain.deviation, low, high, sum};
}

QVariant ComparisonModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount() || index.column() >= columnCount())
        return {};
    const ComparisonRow &row = result_.rows[std::size_t(index.row())];
    const Column &column = columns_[std::size_t(index.column())];
    const bool isText = column.kind == Kind::name || column.kind == Kind::settings;
    switch (role) {
    case Qt::DisplayRole: return text(row, column);
    case Qt::TextAlignmentRole: return QVariant((isText ? Qt::AlignLeft : Qt::AlignRight) | Qt::AlignVCenter);
    case Qt::ToolTipRole: return tip(row, column);
    case Qt::AccessibleTextRole: return column.kind == Kind::forest ? QVariant() : QVariant(text(row, column));
    case Qt::FontRole: {
        QFont font;
        font.setBold(column.best == index.row() || (row.isTunedSum && column.kind == Kind::name));
        font.setItalic(row.isBaseline && column.kind == Kind::name);
        return font;
    }
    case Qt::ForegroundRole:
        if (!row.problem.empty() && column.kind == Kind::name)
            return theme_.error;
        return column.best == index.row() ? theme_.good : row.isBaseline || row.runs.empty() ? theme_.quiet : theme_.text;
    case sortRole: return sortValue(row, column);
    case bestRole: return column.best == index.row();
    case runsRole: {
        QVariantList runs;
        for (const int run : row.runs)
            runs += run;
        return runs;
    }
    case kindRole: return int(column.kind);
    case rowRole: return QString::fromStdString(row.id);
    case forestRole: return column.kind == Kind::forest ? forest(row) : QVariant();
    default: return {};
    }
}

QVariant ComparisonModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount())
        return {};
    const Column &column = columns_[std::size_t(section)];
    if (role == Qt::TextAlignmentRole)
        return QVariant((column.kind == Kind::name || column.kind == Kind::settings ? Qt::AlignLeft : column.kind == Kind::forest ? Qt::AlignHCenter : Qt::AlignRight) | Qt::AlignVCenter);
    if (role != Qt::DisplayRole && role != Qt::ToolTipRole)
        return {};
    const bool isTip = role == Qt::ToolTipRole;
    switch (column.kind) {
    case Kind::name: return result_.comparesModels() ? tr("Model") : tr("Method");
    case Kind::metric: {
        const ComparedTask &task = result_.tasks[std::size_t(column.task)];
        const QString unit = task.unit.empty() ? QString() : u' ' + QString::fromStdString(task.unit);
        return QStringLiteral("%1\n%2%3 %4").arg(QString::fromStdString(task.task), QString::fromStdString(task.metric), unit, task.higherIsBetter ? QStringLiteral("↑") : QStringLiteral("↓"));
    }
    case Kind::gain: return isTip ? tr("Mean relative gain of the main metrics over the single-task runs of the same seed; + is better") : tr("Δm\n% ↑");
    case Kind::forest: return isTip ? tr("Δm: mean and standard deviation; solid line: single-task models; dashed line: tuned sum") : tr("│ single-task\n┆ tuned sum");
    case Kind::overSum: return isTip ? tr("Δm less the tuned sum's Δm of the same seed, in percentage points") : tr("over\ntuned sum");
    case Kind::rank: return isTip ? tr("Mean over tasks of the rank of the mean; 1 is best") : tr("mean\nrank ↓");
    case Kind::time: return isTip ? tr("Median time of a step") : tr("ms per\nstep ↓");
    case Kind::times: return isTip ? tr("Time of a step against %1").arg(QString::fromStdString(result_.reference)) : tr("×\nreference");
    case Kind::parameters: return tr("para-\nmeters");
    case Kind::macs: return tr("MAC per\nsample");
    case Kind::memory: return tr("peak\nMB");
    case Kind::seeds: return tr("seeds");
    case Kind::trials: return isTip ? tr("Runs in which settings were searched") : tr("trials");
    case Kind::settings: return tr("chosen settings");
    }
    return {};
}

} // namespace concord
