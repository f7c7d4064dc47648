#pragma once

// The one file that includes QCustomPlot; for PlotSurface's own sources only.
#include "ui/plot/plot_surface.h"

#include <qcustomplot.h>

#include <vector>

namespace concord {

struct PlotSurface::Parts
{
    QCustomPlot *plot;
    QCPItemStraightLine *hair;
    QCPItemStraightLine *cursor;
    QCPItemText *xName;
    QCPItemText *yName;
    std::vector<PlotLine> lines;
    std::vector<QCPGraph *> ghosts;
    std::vector<QCPGraph *> curves;
    std::vector<QCPAbstractItem *> levels;
    Theme theme = Theme::light();
    bool logY = false;
    bool moving = false;        ///< the ranges are being set from here, not by a person
    std::size_t drawn = 0;
    QPoint pressedAt;
    bool ignoreRelease = false;

    void showAt(QCPItemStraightLine *line, double x) const;
    std::size_t draw(QCPGraph *graph, const Curve &curve, const MinMaxPyramid &values, std::size_t perPixel) const;
};

} // namespace concord
