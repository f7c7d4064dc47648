#include "ui/model/document.h"

#include "core/graph/node_block.h"

#include <QElapsedTimer>
#include <QUndoCommand>

#include <algorithm>

namespace concord {

/// Two shared snapshots; memory is one experiment per step.
class SnapshotCommand : public QUndoCommand
{
public:
    SnapshotCommand(ExperimentDocument *document, const QString &text, std::shared_ptr<const Experiment> next, const QString &mergeKey)
        : QUndoCommand(text)
        , document_(document)
        , before_(document->current_)
        , after_(std::move(next))
        , mergeKey_(mergeKey)
    {
        age_.start();
    }

    void redo() override { document_->show(after_); }
    void undo() override { document_->show(before_); }
    int id() const override { return mergeKey_.isEmpty() ? -1 : 1; }

    bool mergeWith(const QUndoCommand *other) override
    {
        const auto *next = static_cast<const SnapshotCommand *>(other);
        if (next->mergeKey_ != mergeKey_ || age_.elapsed() > gestureMilliseconds)
            return false;
        age_.restart();
        after_ = next->after_;
        setObsolete(*after_ == *before_);
        return true;
    }

private:
    ExperimentDocument *document_;
    std::shared_ptr<const Experiment> before_;
    std::shared_ptr<const Experiment> after_;
    QString mergeKey_;
    QElapsedTimer age_;   // since the last edit of the gesture

    static constexpr qint64 gestureMilliseconds = 1000;
};

ExperimentDocument::ExperimentDocument(QObject *parent)
    : QObject(parent)
    , current_(std::make_shared<Experiment>())
{
    undo_.setUndoLimit(500);
    analysis_ = analyse(current_->graph);
}

void ExperimentDocument::load(const Experiment &experiment)
{
    selection_.clear();
    show(std::make_shared<const Experiment>(experiment));
    undo_.clear();
    Q_EMIT loaded();
    Q_EMIT selectionChanged();
}

void ExperimentDocument::replace(const QString &text, const Experiment &experiment)
{
    select({});
    apply(text, experiment);
    Q_EMIT loaded();
}

void ExperimentDocument::show(std::shared_ptr<const Experiment> experiment)
{
    current_ = std::move(experiment);
    analysis_ = analyse(current_->graph);
    Q_EMIT changed();
    const auto gone = [this](const QString &id) { return !graph().find(id.toStdString()); };
    if (std::ranges::any_of(selection_, gone)) {
        selection_.removeIf(gone);
        Q_EMIT selectionChanged();
    }
}

void ExperimentDocument::apply(const QString &text, const Experiment &next, const QString &mergeKey)
{
    if (next == *current_)
        return;
    undo_.push(new SnapshotCommand(this, text, std::make_shared<const Experiment>(next), mergeKey));
}

void ExperimentDocument::applyGraph(const QString &text, const TaskGraph &next, const QString &mergeKey)
{
    Experiment experiment = *current_;
    experiment.graph = next;
    apply(text, experiment, mergeKey);
}

QString ExperimentDocument::addNode(const QString &type, double x, double y)
{
    TaskGraph next = graph();
    const std::string id = next.freeId(type.toStdString());
    next.nodes.push_back({.id = id, .type = type.toStdString(), .x = x, .y = y});
    applyGraph(tr("Add %1").arg(type), next);
    return QString::fromStdString(id);
}

void ExperimentDocument::removeNodes(const QSet<QString> &ids, bool heal)
{
    if (ids.isEmpty())
        return;
    TaskGraph next = graph();
    const auto removed = [&ids](const std::string &id) { return ids.contains(QString::fromStdString(id)); };
    if (heal && ids.size() == 1) {
        const std::string middle = ids.begin()->toStdString();
        const auto in = std::ranges::find_if(next.edges, [&](const Edge &e) { return e.to.node == middle; });
        if (in != next.edges.end() && std::ranges::count_if(next.edges, [&](const Edge &e) { return e.to.node == middle; }) == 1) {
            const PortRef source = in->from;
            for (Edge &edge : next.edges)
                if (edge.from.node == middle && linkRefusal(graph(), analysis_, source, edge.to).empty())
                    edge.from = source;
        }
    }
    std::erase_if(next.nodes, [&](const Node &node) { return removed(node.id); });
    std::erase_if(next.edges, [&](const Edge &edge) { return removed(edge.from.node) || removed(edge.to.node); });
    applyGraph(tr("Delete %n block(s)", nullptr, int(ids.size())), next);
}

QString ExperimentDocument::link(const PortRef &from, const PortRef &to)
{
    if (const std::string refusal = linkRefusal(graph(), analysis_, from, to); !refusal.empty())
        return QString::fromStdString(refusal);
    TaskGraph next = graph();
    std::erase_if(next.edges, [&](const Edge &edge) { return edge.to == to; });
    next.edges.push_back({from, to});
    applyGraph(tr("Link"), next);
    return {};
}

void ExperimentDocument::unlink(const Edge &edge)
{
    TaskGraph next = graph();
    std::erase(next.edges, edge);
    applyGraph(tr("Unlink"), next);
}

void ExperimentDocument::setParam(const QString &node, const QString &param, const ParamValue &value)
{
    TaskGraph next = graph();
    Node *found = next.find(node.toStdString());
    if (!found)
        return;
    try {
        setNodeParam(*found, param.toStdString(), value);
        applyGraph(tr("Set %1").arg(param), next, node + u'/' + param);
    } catch (const Error &error) {
        note(QString::fromUtf8(error.what()));
    }
}

void ExperimentDocument::resetParam(const QString &node, const QString &param)
{
    TaskGraph next = graph();
    if (Node *found = next.find(node.toStdString())) {
        found->params.erase(param.toStdString());
        applyGraph(tr("Reset %1").arg(param), next);
    }
}

void ExperimentDocument::setTitle(const QString &node, const QString &title)
{
    TaskGraph next = graph();
    if (Node *found = next.find(node.toStdString())) {
        found->title = title.toStdString();
        applyGraph(tr("Rename"), next, node + QStringLiteral("/title"));
    }
}

void ExperimentDocument::setPlan(const QString &text, const Plan &plan, const QString &mergeKey)
{
    Experiment next = *current_;
    next.plan = plan;
    apply(text, next, mergeKey);
}

void ExperimentDocument::applyFix(const Fix &fix)
{
    setParam(QString::fromStdString(fix.node), QString::fromStdString(fix.param), fix.value);
}

void ExperimentDocument::select(const QSet<QString> &nodes)
{
    if (nodes == selection_)
        return;
    selection_ = nodes;
    Q_EMIT selectionChanged();
}

} // namespace concord
