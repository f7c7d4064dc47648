#include "ui/model/run_list_model.h"

#include <algorithm>

namespace concord {

QString stateSign(RunState state)
{
    switch (state) {
    case RunState::queued: return QStringLiteral("…");
    case RunState::running: return QStringLiteral("▶");
    case RunState::paused: return QStringLiteral("❚❚");
    case RunState::finished: return QStringLiteral("✓");
    case RunState::stopped: return QStringLiteral("■");
    case RunState::failed: return QStringLiteral("✕");
    case RunState::interrupted: return QStringLiteral("!");
    }
    return {};
}

QString stateText(RunState state)
{
    switch (state) {
    case RunState::queued: return RunListModel::tr("queued");
    case RunState::running: return RunListModel::tr("training");
    case RunState::paused: return RunListModel::tr("paused");
    case RunState::finished: return RunListModel::tr("finished");
    case RunState::stopped: return RunListModel::tr("stopped");
    case RunState::failed: return RunListModel::tr("failed");
    case RunState::interrupted: return RunListModel::tr("interrupted");
    }
    return {};
}

RunListModel::RunListModel(QObject *parent)
    : QAbstractTableModel(parent)
{
}

void RunListModel::setRuns(const std::vector<RunSummary> &runs)
{
    std::vector<Row> rows;
    for (const RunSummary &run : runs)
        rows.push_back({run.number, QString::fromStdString(run.name), run.state, QString::fromStdString(run.message), run.step, run.totalSteps, run.seconds});
    std::ranges::sort(rows, std::greater<>(), &Row::number);
    // New runs come at the top; anything more than that is a reset.
    const std::size_t added = rows.size() >= rows_.size() ? rows.size() - rows_.size() : 0;
    const bool onlyAdded = rows.size() >= rows_.size()
        && std::equal(rows_.begin(), rows_.end(), rows.begin() + std::ptrdiff_t(added), [](const Row &a, const Row &b) { return a.number == b.number; });
    if (!onlyAdded) {
        beginResetModel();
        rows_ = std::move(rows);
        endResetModel();
        return;
    }
    if (added > 0) {
        beginInsertRows({}, 0, int(added) - 1);
        rows_.insert(rows_.begin(), rows.begin(), rows.begin() + std::ptrdiff_t(added));
        endInsertRows();
    }
    for (std::size_t i = added; i < rows.size(); ++i) {
        if (rows_[i] == rows[i])
            continue;
        rows_[i] = rows[i];
        Q_EMIT dataChanged(index(int(i), 0), index(int(i), columnCount_ - 1));
    }
}

int RunListModel::rowOf(int run) const
{
    const auto it = std::ranges::find(rows_, run, &Row::number);
    return it == rows_.end() ? -1 : int(it - rows_.begin());
}

int RunListModel::runAt(int row) const
{
    return row >= 0 && row < int(rows_.size()) ? rows_[std::size_t(row)].number : 0;
}

int RunListModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(rows_.size());
}

int RunListModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : int(columnCount_);
}

QVariant RunListModel::data(const QModelIndex &index, int role) const
{
    if (!index.isValid() || index.row() >= int(rows_.size()))
        return {};
    const Row &row = rows_[std::size_t(index.row())];
    switch (role) {
    case runRole: return row.number;
    case stateRole: return int(row.state);
    case shareRole: return row.total > 0 ? double(row.step) / double(row.total) : 0.0;
    case messageRole: return row.message;
    case Qt::ToolTipRole: return row.message.isEmpty() ? stateText(row.state) : stateText(row.state) + QStringLiteral(": ") + row.message;
    case Qt::TextAlignmentRole: return index.column() == progressColumn ? QVariant(Qt::AlignRight | Qt::AlignVCenter) : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    case Qt::DisplayRole:
    case Qt::EditRole: break;
    default: return {};
    }
    switch (index.column()) {
    case numberColumn: return row.number;
    case nameColumn: return row.name;
    case stateColumn: return stateText(row.state);
    case progressColumn: return row.total > 0 ? QStringLiteral("%L1 / %L2").arg(row.step).arg(row.total) : QString();
    default: return {};
    }
}

QVariant RunListModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || role != Qt::DisplayRole)
        return {};
    const QString names[] = {tr("Run"), tr("Name"), tr("State"), tr("Step")};
    return section >= 0 && section < columnCount_ ? QVariant(names[section]) : QVariant();
}

bool RunListModel::setData(const QModelIndex &index, const QVariant &value, int role)
{
    if (role != Qt::EditRole || index.column() != nameColumn || value.toString().trimmed().isEmpty())
        return false;
    rows_[std::size_t(index.row())].name = value.toString().trimmed();
    Q_EMIT dataChanged(index, index);
    Q_EMIT renamed(runAt(index.row()), value.toString().trimmed());
    return true;
}

Qt::ItemFlags RunListModel::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags flags = QAbstractTableModel::flags(index);
    return index.column() == nameColumn ? flags | Qt::ItemIsEditable : flags;
}

} // namespace concord
