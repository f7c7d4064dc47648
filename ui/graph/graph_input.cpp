// The canvas under mouse, wheel, touch pad, keyboard and drag and drop.

#include "ui/graph/frame_item.h"
#include "ui/graph/graph_commands.h"
#include "ui/graph/graph_view.h"
#include "ui/graph/graph_walk.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"
#include "ui/graph/note_bubble.h"

#include <QDragEnterEvent>
#include <QKeyEvent>
#include <QMimeData>
#include <QNativeGestureEvent>
#include <QWheelEvent>

#include <cmath>

namespace concord {

namespace {

/// Shift adds to the selection as Ctrl does; Qt's items only know Ctrl.
QMouseEvent withShiftAsControl(const QMouseEvent *event)
{
    Qt::KeyboardModifiers modifiers = event->modifiers();
    if (modifiers & Qt::ShiftModifier)
        modifiers |= Qt::ControlModifier;
    return {event->type(), event->position(), event->globalPosition(), event->button(), event->buttons(), modifiers};
}

} // namespace

void GraphView::wheelEvent(QWheelEvent *event)
{
    // A touch pad sends pixels and phases: two fingers pan. A wheel sends steps: it zooms.
    const bool fingers = !event->pixelDelta().isNull() && event->phase() != Qt::NoScrollPhase;
    if (fingers && !(event->modifiers() & Qt::ControlModifier))
        pan(event->pixelDelta());
    else if (event->modifiers() & Qt::ShiftModifier)
        pan({event->angleDelta().x() + event->angleDelta().y(), 0});
    else
        zoomBy(std::pow(1.0015, event->angleDelta().y()), event->position().toPoint());
    event->accept();
}

bool GraphView::viewportEvent(QEvent *event)
{
    if (event->type() == QEvent::NativeGesture) {
        const auto *gesture = static_cast<QNativeGestureEvent *>(event);
        if (gesture->gestureType() == Qt::ZoomNativeGesture) {
            zoomBy(1 + gesture->value(), gesture->position().toPoint());
            return true;
        }
    }
    return QGraphicsView::viewportEvent(event);
}

void GraphView::mousePressEvent(QMouseEvent *event)
{
    bubble_->hide();
    if (event->button() == Qt::MiddleButton) {
        panFrom_ = event->position().toPoint();
        viewport()->setCursor(Qt::ClosedHandCursor);
        return;
    }
    if (event->button() == Qt::RightButton)
        return; // the context menu selects; a press must not clear
    QMouseEvent changed = withShiftAsControl(event);
    QGraphicsView::mousePressEvent(&changed);
}

void GraphView::mouseMoveEvent(QMouseEvent *event)
{
    if (panFrom_) {
        pan(event->position().toPoint() - *panFrom_);
        panFrom_ = event->position().toPoint();
        return;
    }
    QMouseEvent changed = withShiftAsControl(event);
    QGraphicsView::mouseMoveEvent(&changed);
}

void GraphView::mouseReleaseEvent(QMouseEvent *event)
{
    if (event->button() == Qt::MiddleButton) {
        panFrom_.reset();
        viewport()->unsetCursor();
        return;
    }
    QMouseEvent changed = withShiftAsControl(event);
    QGraphicsView::mouseReleaseEvent(&changed);
}

void GraphView::mouseDoubleClickEvent(QMouseEvent *event)
{
    const QPointF at = mapToScene(event->position().toPoint());
    const NodeItem *node = scene_.nodeAt(at);
    if (event->button() == Qt::LeftButton && node && node->look().isGroup()) {
        scene_.fold({scene_.groups().ofItem(node->id())->title}, false);
        return;
    }
    if (const FrameItem *frame = scene_.frameAt(at); event->button() == Qt::LeftButton && !node && frame) {
        scene_.fold({frame->title()}, true);
        return;
    }
    if (event->button() == Qt::LeftButton && !node) {
        openInsert(at);
        return;
    }
    QGraphicsView::mouseDoubleClickEvent(event);
}

void GraphView::contextMenuEvent(QContextMenuEvent *event)
{
    const QPointF at = mapToScene(viewport()->mapFrom(this, event->pos()));
    commands_->popUpMenu(event->globalPos(), at);
}

void GraphView::walk(int key, bool extend)
{
    const Direction direction = key == Qt::Key_Left    ? Direction::left
                                : key == Qt::Key_Right ? Direction::right
                                : key == Qt::Key_Up    ? Direction::up
                                                       : Direction::down;
    QSet<QString> chosen = scene_.chosenNodes();
    const QList<NodeItem *> items = scene_.chosenItems();
    if (const NodeItem *walker = scene_.nodeItem(walker_); !walker || !walker->isSelected())
        walker_ = items.isEmpty() ? QString() : items.first()->id();
    const NodeItem *item = scene_.nodeItem(nextNode(scene_.drawnGraph(), walker_, direction));
    if (!item)
        return;
    walker_ = item->id();
    if (!extend)
        chosen.clear();
    for (const std::string &node : item->nodes())
        chosen.insert(QString::fromStdString(node));
    document().select(chosen);
    ensureVisible(item->sceneBoundingRect(), 40, 40);
}

void GraphView::nudge(int key)
{
    const QPointF by = key == Qt::Key_Left ? QPointF(-4, 0) : key == Qt::Key_Right ? QPointF(4, 0) : key == Qt::Key_Up ? QPointF(0, -4) : QPointF(0, 4);
    TaskGraph next = document().graph();
    QStringList moved;
    const QSet<QString> chosen = scene_.chosenNodes();
    for (Node &node : next.nodes)
        if (chosen.contains(QString::fromStdString(node.id))) {
            node.x += by.x();
            node.y += by.y();
            moved += QString::fromStdString(node.id);
        }
    if (!moved.isEmpty())
        document().applyGraph(tr("Nudge"), next, QStringLiteral("nudge/") + moved.join(u','));
}

void GraphView::keyPressEvent(QKeyEvent *event)
{
    const bool arrow = event->key() >= Qt::Key_Left && event->key() <= Qt::Key_Down;
    if (arrow) {
        if (event->modifiers() & Qt::ControlModifier)
            nudge(event->key());
        else
            walk(event->key(), event->modifiers() & Qt::ShiftModifier);
        return;
    }
    if (event->key() == Qt::Key_Escape) {
        if (scene_.isLinking())
            scene_.cancelLink();
        else
            document().select({});
        return;
    }
    const QString typed = event->text();
    if (typed.size() == 1 && typed.front().isLetter() && !(event->modifiers() & (Qt::ControlModifier | Qt::AltModifier))) {
        openInsert(cursorScenePos(), std::nullopt, typed);
        return;
    }
    QGraphicsView::keyPressEvent(event);
}

void GraphView::dragEnterEvent(QDragEnterEvent *event)
{
    if (event->mimeData()->hasFormat(QLatin1String(blockMime)))
        event->acceptProposedAction();
    else
        event->ignore();
}

void GraphView::dragMoveEvent(QDragMoveEvent *event)
{
    if (!event->mimeData()->hasFormat(QLatin1String(blockMime))) {
        event->ignore();
        return;
    }
    scene_.markLink(scene_.linkAt(mapToScene(event->position().toPoint()), 14));
    event->acceptProposedAction();
}

void GraphView::dragLeaveEvent(QDragLeaveEvent *)
{
    scene_.markLink(nullptr);
}

void GraphView::dropEvent(QDropEvent *event)
{
    scene_.markLink(nullptr);
    const QString type = QString::fromUtf8(event->mimeData()->data(QLatin1String(blockMime)));
    if (type.isEmpty()) {
        event->ignore();
        return;
    }
    insertBlock(type, mapToScene(event->position().toPoint()), std::nullopt, true);
    event->acceptProposedAction();
    setFocus();
}

} // namespace concord
