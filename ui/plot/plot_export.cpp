#include "ui/plot/plot_parts.h"

#include <QSvgGenerator>

#include <algorithm>

namespace concord {

bool PlotSurface::save(const QString &file)
{
    QCustomPlot *plot = parts_->plot;
    const bool hair = parts_->hair->visible();
    parts_->hair->setVisible(false);
    for (std::size_t i = 0; i < parts_->lines.size(); ++i)
        if (parts_->lines[i].visible)
            parts_->curves[i]->addToLegend();
    plot->legend->setVisible(true);
    plot->legend->setFont(parts_->xName->font());
    plot->legend->setTextColor(parts_->theme.text);
    plot->legend->setBrush(parts_->theme.panel);
    plot->legend->setBorderPen(parts_->theme.line);
    const int width = std::max(this->width(), 320);
    const int height = std::max(this->height(), 200);
    bool saved = false;
    if (file.endsWith(QLatin1String(".svg"), Qt::CaseInsensitive)) {
        QSvgGenerator svg;
        svg.setFileName(file);
        svg.setSize({width, height});
        svg.setViewBox(QRect(0, 0, width, height));
        QCPPainter painter;
        saved = painter.begin(&svg);
        if (saved) {
            painter.setMode(QCPPainter::pmVectorized);
            painter.setMode(QCPPainter::pmNoCaching);
            plot->toPainter(&painter, width, height);
            saved = painter.end();
        }
    } else if (file.endsWith(QLatin1String(".pdf"), Qt::CaseInsensitive)) {
        saved = plot->savePdf(file, width, height);
    } else {
        saved = plot->savePng(file, width, height, 2);
    }
    plot->legend->clearItems();
    plot->legend->setVisible(false);
    parts_->hair->setVisible(hair);
    redraw();
    return saved;
}

} // namespace concord
