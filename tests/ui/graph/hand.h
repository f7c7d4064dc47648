#pragma once

#include "tests/support/dense_experiment.h"
#include "ui/graph/graph_view.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"

#include <QApplication>
#include <QMouseEvent>
#include <QTest>

namespace concord::test {

/// A window with a canvas, and a person's hand on the mouse. Places are in scene coordinates.
class Hand
{
public:
    explicit Hand(const Experiment &experiment = {})
        : view(document)
    {
        view.resize(1600, 800);
        view.show();
        document.load(experiment);
        // One scene unit per pixel, so that a small step of the mouse is a small step.
        view.zoomTo(1);
        view.centerOn(view.graphScene().nodesRect(false).center());
        view.setFocus();
    }

    void press(const QPointF &at, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers keys = {})
    {
        send(QEvent::MouseButtonPress, at, button, button, keys);
    }
    void moveTo(const QPointF &at, Qt::MouseButton held = Qt::LeftButton, Qt::KeyboardModifiers keys = {})
    {
        send(QEvent::MouseMove, at, Qt::NoButton, held, keys);
    }
    void release(const QPointF &at, Qt::MouseButton button = Qt::LeftButton, Qt::KeyboardModifiers keys = {})
    {
        send(QEvent::MouseButtonRelease, at, button, Qt::NoButton, keys);
    }
    void doubleClick(const QPointF &at) { send(QEvent::MouseButtonDblClick, at, Qt::LeftButton, Qt::LeftButton, {}); }

    void click(const QPointF &at, Qt::KeyboardModifiers keys = {})
    {
        press(at, Qt::LeftButton, keys);
        release(at, Qt::LeftButton, keys);
    }

    void drag(const QPointF &from, const QPointF &to, Qt::KeyboardModifiers keys = {})
    {
        press(from, Qt::LeftButton, keys);
        moveTo((from + to) / 2, Qt::LeftButton, keys);
        moveTo(to, Qt::LeftButton, keys);
        release(to, Qt::LeftButton, keys);
    }

    NodeItem &node(const char *id)
    {
        NodeItem *item = view.graphScene().nodeItem(QString::fromLatin1(id));
        Q_ASSERT(item);
        return *item;
    }
    QPointF output(const char *id, const char *port) { return node(id).portPoint(port, false); }
    QPointF input(const char *id, const char *port) { return node(id).portPoint(port, true); }
    QPointF middle(const char *id) { return QRectF(node(id).pos(), node(id).look().size).center(); }

    bool linked(const char *from, const char *out, const char *to, const char *in) const
    {
        const auto &edges = document.graph().edges;
        return std::ranges::find(edges, Edge{{from, out}, {to, in}}) != edges.end();
    }

    QAction *action(const char *name) const
    {
        for (QAction *action : view.graphActions())
            if (action->objectName() == QStringLiteral("graph.") + QLatin1String(name))
                return action;
        return nullptr;
    }

    ExperimentDocument document;
    GraphView view;

private:
    void send(QEvent::Type type, const QPointF &at, Qt::MouseButton button, Qt::MouseButtons held, Qt::KeyboardModifiers keys)
    {
        const QPointF pos = view.mapFromScene(at);
        QMouseEvent event(type, pos, view.viewport()->mapToGlobal(pos), button, held, keys);
        QApplication::sendEvent(view.viewport(), &event);
    }
};

} // namespace concord::test
