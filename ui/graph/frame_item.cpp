#include "ui/graph/frame_item.h"

#include "ui/graph/graph_scene.h"

#include <QGraphicsSceneMouseEvent>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <algorithm>

namespace concord {

namespace {

constexpr double padding = 16;
constexpr double stripHeight = 30;

/// Of the frame's strip and the blocks' titles; below it the label on top of all takes over.
constexpr double stripDetail = 0.28;
constexpr double fineDetail = 0.42;

QFont labelFont(const GraphFonts &fonts)
{
    QFont font = fonts.title;
    font.setPixelSize(12);
    return font;
}

/// The title in the middle of the frame, always as large on the screen. It stays inside the frame, so that nothing beside it is repainted.
class FrameLabel : public QGraphicsItem
{
public:
    FrameLabel(const GraphScene &scene, const FrameItem &frame)
        : scene_(scene)
        , frame_(frame)
    {
        setZValue(2);
        setAcceptedMouseButtons(Qt::NoButton);
    }

    using QGraphicsItem::prepareGeometryChange;

    QRectF boundingRect() const override { return {QPointF(0, 0), frame_.sceneRect().size()}; }
    QPainterPath shape() const override { return {}; }

    void paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *) override
    {
        const double detail = QStyleOptionGraphicsItem::levelOfDetailFromTransform(painter->worldTransform());
        if (detail >= stripDetail)
            return;
        const QFont font = labelFont(scene_.fonts());
        const QFontMetricsF metrics(font);
        const QSizeF room = boundingRect().size() * detail;
        const QString text = metrics.elidedText(frame_.look().title, Qt::ElideRight, room.width() - 14);
        if (room.height() < metrics.height() + 2 || text.size() < 3)
            return;
        painter->save();
        painter->translate(boundingRect().center());
        painter->scale(1 / detail, 1 / detail);
        QRectF pill(QPointF(0, 0), QSizeF(metrics.horizontalAdvance(text) + 12, metrics.height() + 2));
        pill.moveCenter({0, 0});
        QColor back = scene_.theme().panel;
        back.setAlphaF(0.92f);
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(scene_.theme().line, 1));
        painter->setBrush(back);
        painter->drawRoundedRect(pill, 4, 4);
        painter->setFont(font);
        painter->setPen(scene_.theme().text);
        painter->drawText(pill, Qt::AlignCenter, text);
        painter->restore();
    }

private:
    const GraphScene &scene_;
    const FrameItem &frame_;
};

} // namespace

FrameItem::FrameItem(GraphScene &scene, const std::string &title)
    : scene_(scene)
    , title_(title)
    , label_(std::make_unique<FrameLabel>(scene, *this))
{
    scene.addItem(label_.get());
    setZValue(-5);
    setFlag(ItemIsMovable);
    setAcceptHoverEvents(true);
    setAcceptedMouseButtons(Qt::LeftButton);
}

void FrameItem::show(const FrameLook &look)
{
    if (look == look_)
        return;
    look_ = look;
    update();
    label_->update();
}

QRectF FrameItem::around(const QRectF &nodes)
{
    return nodes.adjusted(-padding, -padding / 2 - stripHeight, padding, padding);
}

void FrameItem::encloseNodes(const QRectF &nodes)
{
    const QRectF rect = around(nodes);
    if (rect.size() != size_) {
        prepareGeometryChange();
        static_cast<FrameLabel &>(*label_).prepareGeometryChange();
        size_ = rect.size();
    }
    setPos(rect.topLeft());
    label_->setPos(rect.topLeft());
}

QRectF FrameItem::strip() const
{
    return {pos(), QSizeF(size_.width(), stripHeight)};
}

QRectF FrameItem::localButton() const
{
    return {6, 6, 18, 18};
}

QRectF FrameItem::button() const
{
    return localButton().translated(pos());
}

void FrameItem::setChosen(bool chosen)
{
    if (chosen == chosen_)
        return;
    chosen_ = chosen;
    update();
}

QPainterPath FrameItem::shape() const
{
    QPainterPath path;
    path.addRect(QRectF(0, 0, size_.width(), stripHeight));
    return path;
}

void FrameItem::setOverButton(bool over)
{
    if (over == overButton_)
        return;
    overButton_ = over;
    setCursor(over ? Qt::PointingHandCursor : Qt::ArrowCursor);
    setToolTip(over ? QObject::tr("Collapse to one block (Enter)") : QString());
    update();
}

void FrameItem::hoverMoveEvent(QGraphicsSceneHoverEvent *event)
{
    setOverButton(localButton().contains(event->pos()));
}

void FrameItem::hoverLeaveEvent(QGraphicsSceneHoverEvent *)
{
    setOverButton(false);
}

void FrameItem::mousePressEvent(QGraphicsSceneMouseEvent *event)
{
    pressedButton_ = localButton().contains(event->pos());
    QSet<QString> chosen;
    if (event->modifiers() & (Qt::ControlModifier | Qt::ShiftModifier))
        chosen = scene_.document().selection();
    for (const std::string &id : look_.members)
        chosen.insert(QString::fromStdString(id));
    scene_.document().select(chosen);
    QGraphicsItem::mousePressEvent(event);
}

void FrameItem::mouseReleaseEvent(QGraphicsSceneMouseEvent *event)
{
    QGraphicsItem::mouseReleaseEvent(event);
    // Collapsing takes this item away, so it waits until the event is over.
    if (std::exchange(pressedButton_, false) && localButton().contains(event->pos()))
        QMetaObject::invokeMethod(
            &scene_, [&scene = scene_, title = title_] { scene.fold({title}, true); }, Qt::QueuedConnection);
}

void FrameItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *, QWidget *)
{
    const Theme &theme = scene_.theme();
    const double detail = QStyleOptionGraphicsItem::levelOfDetailFromTransform(painter->worldTransform());
    const QRectF body(QPointF(0, 0), size_);
    QColor tint = theme.category(look_.category);
    tint.setAlphaF(theme.dark ? 0.13f : 0.07f);
    QColor outline = theme.category(look_.category);
    outline.setAlphaF(0.5f);
    if (chosen_)
        outline = theme.accent;
    if (detail < fineDetail) {
        painter->setRenderHint(QPainter::Antialiasing, false);
        painter->fillRect(body, tint);
        QPen pen(outline, chosen_ ? 2 : 1);
        pen.setCosmetic(true);
        painter->setPen(pen);
        painter->setBrush(Qt::NoBrush);
        painter->drawRect(body);
    } else {
        painter->setRenderHint(QPainter::Antialiasing);
        painter->setPen(QPen(outline, chosen_ ? 1.6 : 1));
        painter->setBrush(tint);
        painter->drawRoundedRect(body, 10, 10);
    }
    if (detail < stripDetail)
        return;

    const QRectF button = localButton();
    painter->setPen(QPen(overButton_ ? theme.accent : theme.quiet, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    const QPointF chevron[3] = {button.center() + QPointF(-4, -2), button.center() + QPointF(0, 2.5), button.center() + QPointF(4, -2)};
    painter->drawPolyline(chevron, 3);
    const GraphFonts &fonts = scene_.fonts();
    const QFont &font = detail < fineDetail ? fonts.far : fonts.title;
    const QFontMetricsF metrics(font);
    const double room = size_.width() - button.right() - 4 - padding;
    const QString title = metrics.elidedText(look_.title, Qt::ElideRight, room);
    painter->setFont(font);
    painter->setPen(theme.text);
    const QRectF line(button.right() + 4, 0, room, stripHeight);
    painter->drawText(line, Qt::AlignVCenter | Qt::TextSingleLine, title);
    const double used = metrics.horizontalAdvance(title) + 8;
    const QFontMetricsF small(fonts.line);
    if (detail < fineDetail || room - used < small.horizontalAdvance(look_.aside))
        return;
    painter->setFont(fonts.line);
    painter->setPen(theme.quiet);
    painter->drawText(line.adjusted(used, 1, 0, 0), Qt::AlignVCenter | Qt::TextSingleLine, look_.aside);
}

} // namespace concord
