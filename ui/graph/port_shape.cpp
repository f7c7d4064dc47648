#include "ui/graph/port_shape.h"

#include <array>

namespace concord {

namespace {

QPainterPath makePortShape(PortType type)
{
    constexpr double r = 4.5;
    QPainterPath path;
    switch (type) {
    case PortType::image:
        path.addRect(-4, -4, 8, 8);
        break;
    case PortType::prediction:
        path.addPolygon(QPolygonF({{0, -5.5}, {5.5, 0}, {0, 5.5}, {-5.5, 0}, {0, -5.5}}));
        break;
    case PortType::label:
        path.addPolygon(QPolygonF({{0, -5}, {5, 4}, {-5, 4}, {0, -5}}));
        break;
    case PortType::loss:
        path.addPolygon(QPolygonF({{0, 5}, {5, -4}, {-5, -4}, {0, 5}}));
        break;
    case PortType::tokens:
    case PortType::vector:
    case PortType::features:
        path.addEllipse(QPointF(0, 0), r, r);
        break;
    }
    return path;
}

} // namespace

const QPainterPath &portShape(PortType type)
{
    static const std::array<QPainterPath, 7> shapes = [] {
        std::array<QPainterPath, 7> made;
        for (int i = 0; i < 7; ++i)
            made[std::size_t(i)] = makePortShape(PortType(i));
        return made;
    }();
    return shapes[std::size_t(type)];
}

QColor portColour(PortType type, const Theme &theme)
{
    switch (type) {
    case PortType::image:
        return theme.dark ? QColor("#aab2bd") : QColor("#474e59");
    case PortType::features:
        return QColor("#5b8def");
    case PortType::tokens:
        return QColor("#3aa0a8");
    case PortType::vector:
        return QColor("#7f7fe0");
    case PortType::prediction:
        return QColor("#9a5fe0");
    case PortType::label:
        return theme.dark ? QColor("#8a94a2") : QColor("#7a8493");
    case PortType::loss:
        return QColor("#c9523c");
    }
    return theme.quiet;
}

} // namespace concord
