#pragma once

#include "core/graph/analysis.h"
#include "core/graph/experiment.h"

#include <QObject>
#include <QSet>
#include <QString>
#include <QUndoStack>

#include <memory>

namespace concord {

/// The experiment being edited: plain data, its analysis, its undo history and the selection. No widgets.
/// Every edit is one `apply` of a whole new experiment, so undo is exact by construction; edits with the same non-empty
/// `mergeKey` (one drag, one spin box) that follow each other within a second become one step. The analysis is renewed at once: 1000 nodes take some milliseconds.
class ExperimentDocument : public QObject
{
    Q_OBJECT

public:
    explicit ExperimentDocument(QObject *parent = nullptr);

    const Experiment &experiment() const { return *current_; }
    const TaskGraph &graph() const { return current_->graph; }
    const Analysis &analysis() const { return analysis_; }
    QUndoStack *undoStack() { return &undo_; }

    /// Starts over with another experiment; history is cleared.
    void load(const Experiment &experiment);

    /// Another experiment in place of this one, as one step that can be undone; views fit themselves to it.
    void replace(const QString &text, const Experiment &experiment);

    void apply(const QString &text, const Experiment &next, const QString &mergeKey = {});
    void applyGraph(const QString &text, const TaskGraph &next, const QString &mergeKey = {});

    // The edits that panels share. Each is one undo step.
    QString addNode(const QString &type, double x, double y);                              ///< its id
    void removeNodes(const QSet<QString> &ids, bool heal);                                 ///< heal: link over a removed middle node
    /// Replaces the input's old link. Returns the refusal's sentence, or "" when linked.
    QString link(const PortRef &from, const PortRef &to);
    void unlink(const Edge &edge);
    void setParam(const QString &node, const QString &param, const ParamValue &value);
    void resetParam(const QString &node, const QString &param);
    void setTitle(const QString &node, const QString &title);
    void setPlan(const QString &text, const Plan &plan, const QString &mergeKey = {});
    void applyFix(const Fix &fix);

    const QSet<QString> &selection() const { return selection_; }
    void select(const QSet<QString> &nodes);

    // What one panel asks of another; the document only passes it on.
    void reveal(const QString &node) { Q_EMIT revealRequested(node); }            ///< bring the node into view
    void insert(const QString &type) { Q_EMIT insertRequested(type); }            ///< a new block in the middle of the canvas
    void showCard(const QString &type) { Q_EMIT cardRequested(type); }            ///< the block's page: summary, paper, parameters
    void note(const QString &sentence) { Q_EMIT noted(sentence); }                ///< a refusal or a result, for the status bar

Q_SIGNALS:
    void changed();                         ///< experiment and analysis are new (also after undo and redo)
    void loaded();                          ///< another experiment: fit the view
    void selectionChanged();
    void revealRequested(const QString &node);
    void insertRequested(const QString &type);
    void cardRequested(const QString &type);
    void noted(const QString &sentence);

private:
    friend class SnapshotCommand;
    void show(std::shared_ptr<const Experiment> experiment);

    std::shared_ptr<const Experiment> current_;
    Analysis analysis_;
    QUndoStack undo_;
    QSet<QString> selection_;
};

} // namespace concord
