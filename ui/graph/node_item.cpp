#include "ui/graph/node_item.h"

#include "ui/graph/graph_scene.h"
#include "ui/graph/port_shape.h"

#include <QGraphicsSceneHoverEvent>
#include <QPainter>
#include <QStyleOptionGraphicsItem>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

constexpr double corner = 6;
constexpr double edgeWidth = 4;
constexpr std::size_t maxBadges = 6;

/// Below this scale text cannot be read and a frame must be cheap; see UX.md, "Measured facts".
constexpr double fullDetail = 0.42;
constexpr double titleDetail = 0.28;

} // namespace

NodeItem::NodeItem(GraphScene &scene, const QString &id)
    : scene_(scene)
    , id_(id)
{
    setFlags(ItemIsSelectable | ItemIsMovable | ItemSendsGeometryChanges);
    setAcceptHoverEvents(true);
}

void NodeItem::show(const NodeLook &outline, const NodeLook &look)
{
    outline_ = outline;
    if (look.size != look_.size)
        prepareGeometryChange();
    look_ = look;
    update();
}

const PortLook *NodeItem::portNear(const QPointF &point, double reach) const
{
    const PortLook *best = nullptr;
    double bestDistance = reach;
    for (const PortLook &port : look_.ports) {
        const double distance = std::hypot(port.at.x() - point.x(), port.at.y() - point.y());
        if (distance < bestDistance) {
            best = &port;
            bestDistance = distance;
        }
    }
    return best;
}

QPointF NodeItem::portPoint(const std::string &port, bool input) const
{
    if (const PortLook *found = look_.port(port, input))
        return mapToScene(found->at);
    return mapToScene(QPointF(input ? 0 : look_.size.width(), look_.size.height() / 2));
}

QPointF NodeItem::portPoint(const PortRef &ref, bool input) const
{
    if (const PortLook *found = look_.port(ref, input))
        return mapToScene(found->at);
    return mapToScene(QPointF(input ? 0 : look_.size.width(), look_.size.height() / 2));
}

std::vector<std::string> NodeItem::nodes() const
{
    return look_.isGroup() ? look_.members : std::vector{id_.toStdString()};
}

void NodeItem::setHome(const QPointF &home)
{
    home_ = home;
    setPos(home);
}

void NodeItem::setFitting(const std::set<PortRef> *fitting, bool inputs)
{
    fitting_ = fitting;
    fittingInputs_ = inputs;
    update();
}

NodeItem::Light NodeItem::lightOf(const PortLook &port) const
{
    if (!fitting_)
        return Light::normal;
    return port.input == fittingInputs_ && fitting_->contains(port.ref()) ? Light::lit : Light::dim;
}

QRectF NodeItem::problemMark() const
{
    return {look_.size.width() - 9, -8, 16, 16};
}

QRectF NodeItem::boundingRect() const
{
    return body().adjusted(-10, -10, 10, 10);
}

QPainterPath NodeItem::shape() const
{
    QPainterPath path;
    path.addRect(body().adjusted(-6, 0, 6, 0)); // with the ports
    return path;
}

QVariant NodeItem::itemChange(GraphicsItemChange change, const QVariant &value)
{
    if (change == ItemPositionChange && scene_.isDragging()) {
        const QPointF wanted = value.toPointF();
        return QPointF(std::round(wanted.x() / 4) * 4, std::round(wanted.y() / 4) * 4);
    }
    if (change == ItemPositionHasChanged)
        scene_.moveLinksOf(*this);
    if (change == ItemSelectedHasChanged) {
        setZValue(value.toBool() ? 1 : 0);
        scene_.showLinksOf(*this);
    }
    return QGraphicsItem::itemChange(change, value);
}

void NodeItem::hoverMoveEvent(QGraphicsSceneHoverEvent *event)
{
    const PortLook *port = portNear(event->pos(), 9);
    setCursor(port ? Qt::CrossCursor : Qt::ArrowCursor);
    if (port)
        setToolTip(port->tip);
    else if (look_.hasProblem)
        setToolTip(look_.problem);
    else
        setToolTip(look_.tip);
}

void NodeItem::paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *)
{
    const double detail = QStyleOptionGraphicsItem::levelOfDetailFromTransform(painter->worldTransform());
    if (detail < fullDetail) {
        paintFar(painter, detail);
        return;
    }
    painter->setRenderHint(QPainter::Antialiasing);
    if (look_.isGroup())
        paintStack(painter);
    paintBody(painter);
    paintText(painter);
    paintPorts(painter);
    if (look_.hasProblem)
        paintProblem(painter);
    (void)option;
}

void NodeItem::paintFar(QPainter *painter, double detail) const
{
    const Theme &theme = scene_.theme();
    painter->setRenderHint(QPainter::Antialiasing, false);
    painter->fillRect(body(), theme.panel);
    painter->fillRect(QRectF(0, 0, detail < titleDetail ? 12 : 8, look_.size.height()), theme.category(look_.category));
    QPen pen(isSelected() ? theme.accent : look_.hasProblem && look_.severity == Severity::error ? theme.error : theme.line, isSelected() ? 2 : 1);
    pen.setCosmetic(true);
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(body());
    if (look_.isGroup())
        painter->drawLine(QPointF(12, look_.size.height() + 6), QPointF(look_.size.width() - 12, look_.size.height() + 6));
    if (detail < titleDetail)
        return;
    painter->setFont(scene_.fonts().far);
    painter->setPen(theme.text);
    const bool badges = !look_.tasks.empty();
    painter->drawText(body().adjusted(18, 0, 0, badges ? -14 : 0), Qt::AlignVCenter | Qt::TextSingleLine, look_.farTitle);
    for (std::size_t i = 0; i < std::min(look_.tasks.size(), maxBadges); ++i)
        painter->fillRect(QRectF(18 + 16.0 * double(i), look_.size.height() - 18, 11, 11), theme.task(look_.tasks[i]));
}

/// Cards behind the first one: there is more in it.
void NodeItem::paintStack(QPainter *painter) const
{
    const Theme &theme = scene_.theme();
    QColor edge = theme.category(look_.category);
    edge.setAlphaF(0.6f);
    painter->setPen(QPen(isSelected() ? theme.accent : edge, 1));
    painter->setBrush(theme.panel);
    for (const double by : {7.0, 3.5})
        painter->drawRoundedRect(body().adjusted(by, by, -by, by), corner, corner);
}

void NodeItem::paintBody(QPainter *painter) const
{
    const Theme &theme = scene_.theme();
    const bool dimmed = fitting_ && std::ranges::none_of(look_.ports, [this](const PortLook &p) { return lightOf(p) == Light::lit; });
    const QColor edge = look_.known ? theme.category(look_.category) : theme.warning;
    painter->setPen(Qt::NoPen);
    painter->setBrush(edge);
    painter->drawRoundedRect(body(), corner, corner);
    // The body covers the coloured card but for its left edge: one fill each, no clipping.
    QPainterPath face;
    face.setFillRule(Qt::WindingFill);
    face.addRoundedRect(body().adjusted(edgeWidth, 0, 0, 0), corner, corner);
    face.addRect(QRectF(edgeWidth, 0, corner, look_.size.height()));
    painter->setBrush(theme.panel);
    painter->drawPath(face);
    QPen outline(isSelected() ? theme.accent : theme.line, isSelected() ? 2 : 1);
    if (!look_.known)
        outline.setStyle(Qt::DashLine);
    painter->setPen(outline);
    painter->setBrush(Qt::NoBrush);
    painter->drawRoundedRect(body(), corner, corner);
    if (dimmed)
        painter->setOpacity(0.45);
}

void NodeItem::paintText(QPainter *painter) const
{
    const Theme &theme = scene_.theme();
    const GraphFonts &fonts = scene_.fonts();
    painter->setFont(fonts.title);
    painter->setPen(theme.text);
    // Fewer than three lines stand in the middle.
    const int lines = 1 + !look_.summary.isEmpty() + !look_.cost.isEmpty();
    double y = 19 + (3 - lines) * 7;
    painter->drawText(QPointF(12, y), look_.title);
    painter->setFont(fonts.line);
    painter->setPen(theme.quiet);
    y += 15;
    for (const QString &line : {look_.summary, look_.cost})
        if (!line.isEmpty()) {
            painter->drawText(QPointF(12, y), line);
            y += 14;
        }
    for (const PortLook &port : look_.ports)
        if (port.named) {
            const QRectF row(port.input ? 12 : 8, port.at.y() - 8, look_.size.width() - 20, 16);
            painter->drawText(row, Qt::AlignVCenter | (port.input ? Qt::AlignLeft : Qt::AlignRight), port.label);
        }

    painter->setPen(Qt::NoPen);
    double x = look_.size.width() - 12;
    const double badgeTop = 11 + (3 - lines) * 7;
    const std::size_t shown = std::min(look_.tasks.size(), maxBadges);
    for (std::size_t i = shown; i-- > 0;) {
        painter->setBrush(theme.task(look_.tasks[i]));
        painter->drawRoundedRect(QRectF(x - 7, badgeTop, 7, 7), 1.5, 1.5);
        x -= 9;
    }
}

void NodeItem::paintPorts(QPainter *painter) const
{
    const Theme &theme = scene_.theme();
    const double opacity = painter->opacity();
    for (const PortLook &port : look_.ports) {
        const Light light = lightOf(port);
        const QColor colour = portColour(port.type, theme);
        painter->setOpacity(light == Light::dim ? 0.25 : 1);
        painter->save();
        painter->translate(port.at);
        if (light == Light::lit) {
            QColor halo = theme.accent;
            halo.setAlphaF(0.25f);
            painter->setPen(Qt::NoPen);
            painter->setBrush(halo);
            painter->drawEllipse(QPointF(0, 0), 10, 10);
        }
        // A free port is hollow, a linked one is full.
        painter->setPen(QPen(port.linked ? theme.panel : colour, 1.4));
        painter->setBrush(port.linked ? colour : theme.panel);
        painter->drawPath(portShape(port.type));
        painter->restore();
    }
    painter->setOpacity(opacity);
}

void NodeItem::paintProblem(QPainter *painter) const
{
    const Theme &theme = scene_.theme();
    const QRectF mark = problemMark();
    painter->setPen(QPen(theme.canvas, 2));
    painter->setBrush(look_.severity == Severity::error ? theme.error : theme.warning);
    painter->drawEllipse(mark);
    QFont font = scene_.fonts().title;
    font.setPixelSize(11);
    font.setBold(true);
    painter->setFont(font);
    painter->setPen(theme.dark ? theme.canvas : QColor(Qt::white));
    painter->drawText(mark, Qt::AlignCenter, QStringLiteral("!"));
}

} // namespace concord
