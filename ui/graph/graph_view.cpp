#include "ui/graph/graph_view.h"

#include "ui/graph/graph_commands.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"
#include "ui/graph/note_bubble.h"
#include "ui/graph/quick_insert.h"

#include <QPainter>
#include <QScrollBar>
#include <QtMath>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

constexpr double smallestScale = 0.05;
constexpr double largestScale = 3;

QPointF viewGrid(const QPointF &point)
{
    return {std::round(point.x() / 4) * 4, std::round(point.y() / 4) * 4};
}

} // namespace

GraphView::GraphView(ExperimentDocument &document, QWidget *parent)
    : QGraphicsView(parent)
    , scene_(document)
    , insert_(new QuickInsert(this))
    , bubble_(new NoteBubble(this))
{
    setScene(&scene_);
    // The canvas has no end: a room so large that its scroll bars, which are not shown, never stop a hand.
    setSceneRect(-50000, -50000, 100000, 100000);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setDragMode(RubberBandDrag);
    setRubberBandSelectionMode(Qt::IntersectsItemShape);
    setViewportUpdateMode(SmartViewportUpdate);
    setOptimizationFlags(DontSavePainterState | DontAdjustForAntialiasing);
    setTransformationAnchor(NoAnchor);
    setResizeAnchor(AnchorViewCenter);
    setFocusPolicy(Qt::StrongFocus);
    setAcceptDrops(true);
    viewport()->setAttribute(Qt::WA_AcceptTouchEvents);
    setAccessibleName(tr("Task graph"));
    setMinimumSize(240, 160);
    setTheme(Theme::light());
    commands_ = new GraphCommands(*this);

    connect(&scene_, &GraphScene::refused, this, &GraphView::say);
    connect(&scene_, &GraphScene::blockWanted, this, [this](const QPointF &at, const Joint &joint) { openInsert(at, joint); });
    connect(insert_, &QuickInsert::chosen, this, [this](const QString &type) { insertBlock(type, insertAt_, insertJoint_); });
    connect(&document, &ExperimentDocument::loaded, this, [this] {
        fitWhenSized_ = true;
        fit(false);
    });
    connect(&document, &ExperimentDocument::revealRequested, this, &GraphView::reveal);
    connect(&document, &ExperimentDocument::insertRequested, this, [this](const QString &type) { insertBlock(type, centreScenePos()); });
}

GraphView::~GraphView() = default;

void GraphView::setTheme(const Theme &theme)
{
    scene_.setTheme(theme);
    // Colours of the view itself, so that it looks right without the application's palette too.
    QPalette colours = palette();
    colours.setColor(QPalette::Highlight, theme.accent);
    setPalette(colours);
    viewport()->update();
}

QList<QAction *> GraphView::graphActions() const
{
    return commands_->list();
}

void GraphView::drawBackground(QPainter *painter, const QRectF &rect)
{
    const Theme &theme = scene_.theme();
    painter->fillRect(rect, theme.canvas);
    double step = 24;
    while (step * scale() < 16)
        step *= 2;
    std::vector<QPointF> dots;
    for (double x = std::floor(rect.left() / step) * step; x <= rect.right(); x += step)
        for (double y = std::floor(rect.top() / step) * step; y <= rect.bottom(); y += step)
            dots.emplace_back(x, y);
    QColor faint = theme.line;
    faint.setAlphaF(theme.dark ? 0.7f : 0.9f);
    QPen pen(faint, 1);
    pen.setCosmetic(true);
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->setPen(pen);
    painter->drawPoints(dots.data(), int(dots.size()));
}

void GraphView::pan(const QPoint &by)
{
    fitWhenSized_ = false;
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() - by.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() - by.y());
}

void GraphView::zoomBy(double factor, const QPoint &viewPos)
{
    fitWhenSized_ = false;
    const double wanted = std::clamp(scale() * factor, smallestScale, largestScale);
    const QPointF under = mapToScene(viewPos);
    setTransform(QTransform::fromScale(wanted, wanted));
    const QPoint now = mapFromScene(under);
    horizontalScrollBar()->setValue(horizontalScrollBar()->value() + now.x() - viewPos.x());
    verticalScrollBar()->setValue(verticalScrollBar()->value() + now.y() - viewPos.y());
    Q_EMIT scaleChanged(scale());
}

void GraphView::zoomTo(double wanted)
{
    zoomBy(wanted / scale(), viewport()->rect().center());
}

void GraphView::fit(bool onlySelected)
{
    const QRectF rect = scene_.nodesRect(onlySelected);
    if (rect.isEmpty()) {
        setTransform(QTransform());
        centerOn(0, 0);
        return;
    }
    const QSizeF room = QSizeF(viewport()->size()) - QSizeF(72, 72);
    const double wanted = std::min({room.width() / rect.width(), room.height() / rect.height(), onlySelected ? 1.5 : 1.0});
    const double fitted = std::clamp(wanted, smallestScale, largestScale);
    setTransform(QTransform::fromScale(fitted, fitted));
    centerOn(rect.center());
    Q_EMIT scaleChanged(scale());
}

void GraphView::reveal(const QString &id)
{
    const NodeItem *node = scene_.nodeItem(id);
    if (!node)
        return;
    if (scale() < 0.5)
        setTransform(QTransform::fromScale(0.75, 0.75));
    fitWhenSized_ = false;
    centerOn(node->sceneBoundingRect().center());
    Q_EMIT scaleChanged(scale());
}

QPointF GraphView::cursorScenePos() const
{
    const QPoint at = viewport()->mapFromGlobal(QCursor::pos());
    return mapToScene(viewport()->rect().contains(at) ? at : viewport()->rect().center());
}

void GraphView::say(const QString &sentence, const QPointF &scenePos)
{
    bubble_->say(sentence, viewport()->mapTo(this, mapFromScene(scenePos)), scene_.theme());
}

QPointF GraphView::freePlace(QPointF corner) const
{
    const auto taken = [this](const QPointF &at) {
        const QRectF mine(at, QSizeF(140, 56));
        return std::ranges::any_of(scene_.nodeItems(), [&](const NodeItem *item) { return QRectF(item->pos(), item->look().size).intersects(mine); });
    };
    for (int tries = 0; tries < 64 && taken(corner); ++tries)
        corner += QPointF(0, 72);
    return corner;
}

void GraphView::insertBlock(const QString &type, const QPointF &centre, const std::optional<Joint> &joint, bool intoLink)
{
    QPointF corner = viewGrid(centre - QPointF(72, 28));
    if (joint)
        corner = viewGrid(joint->isOutput ? centre - QPointF(0, 28) : centre - QPointF(136, 28));
    const LinkItem *under = intoLink ? scene_.linkAt(centre, 14) : nullptr;
    QString id;
    TaskGraph next = withBlock(document().graph(), type, under ? corner : freePlace(corner), joint, &id);
    if (under)
        scene_.refuse(putInto(next, under->edge(), id.toStdString()), centre);
    const BlockRegistry::Entry *entry = BlockRegistry::instance().find(type.toStdString());
    document().applyGraph(tr("Add %1").arg(entry ? QString::fromStdString(entry->card.title) : type), next);
    document().select({id});
}

void GraphView::openInsert(const QPointF &scenePos, const std::optional<Joint> &joint, const QString &typed)
{
    insertAt_ = scenePos;
    insertJoint_ = joint;
    const QPoint at = viewport()->mapTo(this, mapFromScene(scenePos));
    insert_->open(at, blocksThatFit(document().analysis(), joint), typed, scene_.theme());
}

void GraphView::openInsertAfterSelection()
{
    const QList<NodeItem *> chosen = scene_.chosenItems();
    const NodeItem *node = chosen.size() == 1 ? chosen.first() : nullptr;
    const PortLook *output = nullptr;
    if (node)
        for (const PortLook &port : node->look().ports)
            if (!port.input && port.type != PortType::label && (!output || (output->linked && !port.linked)))
                output = &port;
    if (output)
        openInsert(node->pos() + QPointF(node->look().size.width() + 92, 28), Joint{output->ref(), true});
    else
        openInsert(cursorScenePos());
}

bool GraphView::firstSight()
{
    if (!fitWhenSized_ || !isVisible())
        return false;
    fit(false);
    return true;
}

void GraphView::resizeEvent(QResizeEvent *event)
{
    QGraphicsView::resizeEvent(event);
    firstSight();
}

void GraphView::showEvent(QShowEvent *event)
{
    QGraphicsView::showEvent(event);
    firstSight();
}

} // namespace concord
