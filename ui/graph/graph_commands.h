#pragma once

#include <QAction>
#include <QList>
#include <QObject>
#include <QPoint>
#include <QPointF>

#include <functional>
#include <set>
#include <string>

namespace concord {

class AutoLayout;
class GraphView;
class GroupCommands;

/// The canvas's actions: what the menus, the context menu and the keys do to the graph.
class GraphCommands : public QObject
{
    Q_OBJECT

public:
    explicit GraphCommands(GraphView &view);

    QList<QAction *> list() const { return all_; }
    void popUpMenu(const QPoint &globalPos, const QPointF &scenePos);

    void copy() const;
    void cut();
    void paste();
    void duplicate();
    void remove(bool heal);
    void selectAll();
    void linkSelected();
    void unlinkSelected();
    void arrange();

private:
    QAction *add(const char *name, const QString &text, const QList<QKeySequence> &keys, std::function<void()> run);
    void separate();
    void showEnabled();
    std::set<std::string> selected() const;

    GraphView &view_;
    AutoLayout *layout_;
    GroupCommands *groups_ = nullptr;
    QList<QAction *> all_;
    QList<QAction *> needSelection_;
};

} // namespace concord
