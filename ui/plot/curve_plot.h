#pragma once

#include "ui/model/run_data.h"
#include "ui/plot/curve_group.h"
#include "ui/plot/plot_surface.h"

#include <QList>
#include <QPointer>
#include <QSet>
#include <QWidget>

#include <map>
#include <memory>

namespace concord {

class ChipStrip;
class ValueTable;

/// One plot of a group of series over one or more runs: legend, curves, crosshair with a value table, the time cursor.
/// *Follow* keeps everything in view as data arrive; any zoom or pan by hand means *hold*, and then nothing moves by itself.
class CurvePlot : public QWidget
{
    Q_OBJECT

public:
    explicit CurvePlot(QWidget *parent = nullptr);
    ~CurvePlot() override;

    void setTheme(const Theme &theme);
    void setRuns(const QList<RunData *> &runs);
    void setGroup(const CurveGroup &group);
    void setAxes(CurveX x, bool logX, bool logY);
    void setSmoothing(double smoothing);   ///< 0 … 0.99; for series with one value per step
    void setFollow(bool follow);
    bool follows() const { return follow_; }
    void setCursorStep(std::int64_t step);   ///< −1: none

    /// Takes what the runs have more; cheap when there is nothing.
    void refresh();
    void fit();

    struct Row
    {
        QString label;
        QColor colour;
        int run;            ///< place among the runs
        std::int64_t step;
        double shown;       ///< smoothed when smoothing is on
        double raw;
    };
    /// The visible curves' last points at or before x.
    std::vector<Row> rowsAt(double x) const;

    /// What is in view of the visible curves: step, training time and one column per curve, one more where it is smoothed.
    QString csv() const;

    /// .png, .svg, .pdf or .csv; "" or a sentence.
    QString save(const QString &file);

    PlotSurface *surface() { return surface_; }
    ChipStrip *legend() { return legend_; }

Q_SIGNALS:
    void cursorPicked(qint64 step);     ///< −1: follow again
    void followChanged(bool follow);

private:
    struct Drawn
    {
        QPointer<RunData> run;
        QString series;
        int place;
        std::unique_ptr<Curve> curve;
    };
    const Series *seriesOf(const Drawn &drawn) const;
    QString labelOf(const Drawn &drawn) const;
    QColor colourOf(const Drawn &drawn) const;
    bool isShown(const Drawn &drawn) const { return !hidden_.contains(keyOf(drawn)); }
    static QString keyOf(const Drawn &drawn);
    void rebuild();
    void takeMore();
    void relayLines();
    void relayLevels();
    void showTable(double x);
    void restTable();
    double cursorX() const;

    PlotSurface *surface_;
    ChipStrip *legend_;
    ValueTable *table_;
    Theme theme_ = Theme::light();
    QList<QPointer<RunData>> runs_;
    CurveGroup group_;
    CurveX x_ = CurveX::step;
    bool logX_ = false;
    bool logY_ = false;
    bool follow_ = true;
    bool hovering_ = false;
    double smoothing_ = 0;
    std::int64_t cursorStep_ = -1;
    std::vector<Drawn> drawn_;
    std::vector<double> levels_;
    QSet<QString> hidden_;
};

} // namespace concord
