#pragma once

#include "ui/model/theme.h"
#include "ui/plot/curve.h"

#include <QWidget>

#include <memory>
#include <vector>

namespace concord {

/// A curve as it is to look. Second and further runs of the same series are lighter, with another dash.
struct PlotLine
{
    const Curve *curve = nullptr;
    QColor colour = {};
    int run = 0;              ///< 0: the current one
    bool visible = true;
    QString label = {};
};

/// A dotted horizontal line.
struct PlotLevel
{
    double value = 0;
    QColor colour = {};
    QString label = {};
};

/// Axes, grid and lines: the one place that knows QCustomPlot. Draws each curve's outline of what is in view, so that a redraw costs by
/// the pixel and not by the point. The mouse zooms, pans and points; what that means is for the owner to say.
class PlotSurface : public QWidget
{
    Q_OBJECT

public:
    explicit PlotSurface(QWidget *parent = nullptr);
    ~PlotSurface() override;

    void setTheme(const Theme &theme);
    void setLines(const std::vector<PlotLine> &lines);   ///< the curves must live until the next call
    void setLevels(const std::vector<PlotLevel> &levels);
    void setAxes(CurveX x, bool logX, bool logY, const QString &unit);

    struct Range
    {
        double low;
        double high;
    };
    Range xRange() const;
    Range yRange() const;
    void setRanges(Range x, Range y);

    void redraw();        ///< with the next turn of the event loop
    void redrawNow();
    void setHair(double x);     ///< under the mouse; NaN: none
    void setCursor(double x);   ///< of the time cursor; NaN: none

    double xAt(double pixel) const;
    double pixelOf(double x) const;
    QRect plotRect() const;
    std::size_t drawnPoints() const;   ///< in all lines, at the last redraw

    /// By the name's ending: .png, .svg or .pdf, with a legend. False when the file cannot be written.
    bool save(const QString &file);

Q_SIGNALS:
    void hovered(double x, const QPoint &at);
    void left();
    void clicked(double x);
    void doubleClicked();
    void moved();            ///< a person zoomed or panned

protected:
    void changeEvent(QEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    struct Parts;
    void wire();
    void restyle();
    void fill();

    std::unique_ptr<Parts> parts_;
};

} // namespace concord
