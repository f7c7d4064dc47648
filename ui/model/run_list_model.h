#pragma once

#include "core/store/run_store.h"

#include <QAbstractTableModel>

#include <vector>

namespace concord {

/// The project's runs, newest first.
class RunListModel : public QAbstractTableModel
{
    Q_OBJECT

public:
    enum Column { numberColumn, nameColumn, stateColumn, progressColumn, columnCount_ };
    enum Role { runRole = Qt::UserRole, stateRole, shareRole, messageRole };

    explicit RunListModel(QObject *parent = nullptr);

    /// Rows that stay are updated in place, so that selection and scroll position survive.
    void setRuns(const std::vector<RunSummary> &runs);
    int rowOf(int run) const;
    int runAt(int row) const;

    int rowCount(const QModelIndex &parent = {}) const override;
    int columnCount(const QModelIndex &parent = {}) const override;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role = Qt::DisplayRole) const override;
    bool setData(const QModelIndex &index, const QVariant &value, int role = Qt::EditRole) override;
    Qt::ItemFlags flags(const QModelIndex &index) const override;

Q_SIGNALS:
    void renamed(int run, const QString &name);

private:
    struct Row
    {
        int number;
        QString name;
        RunState state;
        QString message;
        std::int64_t step;
        std::int64_t total;
        double seconds;

        bool operator==(const Row &) const = default;
    };
    std::vector<Row> rows_;
};

/// Word and sign for a state: "✓ finished".
QString stateText(RunState state);
QString stateSign(RunState state);

} // namespace concord
