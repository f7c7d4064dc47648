#include "ui/plot/plot_parts.h"

#include <algorithm>
#include <cmath>

namespace concord {

void PlotSurface::Parts::showAt(QCPItemStraightLine *line, double x) const
{
    const bool visible = std::isfinite(x) && (plot->xAxis->scaleType() == QCPAxis::stLinear || x > 0);
    if (!visible && !line->visible())
        return;
    line->setVisible(visible);
    if (visible) {
        line->point1->setCoords(x, 0);
        line->point2->setCoords(x, 1);
    }
    line->layer()->replot();
}

std::size_t PlotSurface::Parts::draw(QCPGraph *graph, const Curve &curve, const MinMaxPyramid &values, std::size_t perPixel) const
{
    const QCPRange range = plot->xAxis->range();
    const Curve::Window window = curve.window(range.lower, range.upper);
    const auto pixels = std::size_t(std::max(plot->axisRect()->width(), 50));
    const std::vector<std::size_t> indices = values.outline(window.from, window.to, perPixel * pixels);
    QVector<QCPGraphData> points;
    points.reserve(qsizetype(indices.size()));
    for (const std::size_t index : indices) {
        const double value = values.values()[index];
        points.append({curve.x()[index], logY && value <= 0 ? std::nan("") : value});
    }
    // Few points are measurements to be seen one by one.
    const bool few = window.to - window.from <= 40;
    graph->setScatterStyle(few ? QCPScatterStyle(QCPScatterStyle::ssDisc, graph->pen().color(), graph->pen().color(), 5) : QCPScatterStyle());
    graph->data()->set(points, true);
    return indices.size();
}

} // namespace concord
