#include "ui/plot/plot_surface.h"

#include "ui/plot/axis_ticks.h"
#include "ui/plot/plot_parts.h"

#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

QColor mixedColour(const QColor &colour, const QColor &with, double share)
{
    const auto mix = [share](int a, int b) { return int(std::lround(a + (b - a) * share)); };
    return {mix(colour.red(), with.red()), mix(colour.green(), with.green()), mix(colour.blue(), with.blue())};
}

/// Our ticks and labels in QCustomPlot's axes.
class RoundTicker : public QCPAxisTicker
{
public:
    explicit RoundTicker(AxisKind kind)
        : kind_(kind)
    {
    }

    void generate(const QCPRange &range, const QLocale &, QChar, int, QVector<double> &ticks, QVector<double> *subTicks, QVector<QString> *labels) override
    {
        ticks.clear();
        if (subTicks)
            subTicks->clear();
        if (labels)
            labels->clear();
        for (const auto &[tick, label] : axisTicks(kind_, range.lower, range.upper, tickCount())) {
            ticks += tick;
            if (labels)
                *labels += label;
        }
    }

private:
    AxisKind kind_;
};

} // namespace

PlotSurface::PlotSurface(QWidget *parent)
    : QWidget(parent)
    , parts_(std::make_unique<Parts>())
{
    auto *plot = new QCustomPlot(this);
    parts_->plot = plot;
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(plot);
    plot->setPlottingHint(QCP::phFastPolylines);
    plot->setAutoAddPlottableToLegend(false);
    plot->setInteractions(QCP::iRangeDrag | QCP::iRangeZoom);
    plot->setAntialiasedElements(QCP::aePlottables);
    plot->setMinimumSize(80, 60);
    plot->setMouseTracking(true);
    plot->axisRect()->setMinimumMargins(QMargins(34, 6, 16, 4));
    // Ghosts lie under the curves, which are on "main".
    plot->addLayer(QStringLiteral("ghosts"), plot->layer(QStringLiteral("main")), QCustomPlot::limBelow);
    plot->addLayer(QStringLiteral("cursor"), plot->layer(QStringLiteral("axes")), QCustomPlot::limAbove);
    plot->layer(QStringLiteral("cursor"))->setMode(QCPLayer::lmBuffered);
    const auto verticalLine = [plot] {
        auto *line = new QCPItemStraightLine(plot);
        line->setLayer(QStringLiteral("cursor"));
        for (QCPItemPosition *point : {line->point1, line->point2}) {
            point->setTypeX(QCPItemPosition::ptPlotCoords);
            point->setTypeY(QCPItemPosition::ptAxisRectRatio);
        }
        line->setVisible(false);
        return line;
    };
    parts_->hair = verticalLine();
    parts_->cursor = verticalLine();
    const auto name = [plot](Qt::Alignment alignment, double x, double y) {
        auto *text = new QCPItemText(plot);
        text->position->setType(QCPItemPosition::ptAxisRectRatio);
        text->position->setCoords(x, y);
        text->setPositionAlignment(alignment);
        text->setPadding(QMargins(2, 2, 2, 2));
        text->setClipToAxisRect(false);
        return text;
    };
    // In the corner below the y axis, on the line of the x ticks: there it hides no curve.
    parts_->xName = name(Qt::AlignRight | Qt::AlignTop, 0, 1);
    parts_->yName = name(Qt::AlignLeft | Qt::AlignTop, 0, 0);
    setAxes(CurveX::step, false, false, {});
    wire();
}

PlotSurface::~PlotSurface() = default;

void PlotSurface::wire()
{
    QCustomPlot *plot = parts_->plot;
    connect(plot, &QCustomPlot::afterLayout, this, [this] { fill(); });
    connect(plot, &QCustomPlot::mousePress, this, [this](QMouseEvent *event) { parts_->pressedAt = event->pos(); });
    connect(plot, &QCustomPlot::mouseRelease, this, [this](QMouseEvent *event) {
        const bool stayed = (event->pos() - parts_->pressedAt).manhattanLength() < 4;
        if (stayed && !std::exchange(parts_->ignoreRelease, false) && event->button() == Qt::LeftButton && plotRect().contains(event->pos()))
            Q_EMIT clicked(xAt(event->pos().x()));
    });
    connect(plot, &QCustomPlot::mouseDoubleClick, this, [this] {
        parts_->ignoreRelease = true;
        Q_EMIT doubleClicked();
    });
    connect(plot, &QCustomPlot::mouseMove, this, [this](QMouseEvent *event) {
        if (plotRect().contains(event->pos()))
            Q_EMIT hovered(xAt(event->pos().x()), event->pos());
        else
            Q_EMIT left();
    });
    // The wheel zooms time; with Shift or over the y axis, values.
    connect(plot, &QCustomPlot::mouseWheel, this, [this, plot](QWheelEvent *event) {
        const bool values = event->modifiers() & (Qt::ShiftModifier | Qt::ControlModifier) || event->position().x() < plotRect().left();
        plot->axisRect()->setRangeZoom(values ? Qt::Vertical : Qt::Horizontal);
    });
    for (QCPAxis *axis : {plot->xAxis, plot->yAxis})
        connect(axis, qOverload<const QCPRange &>(&QCPAxis::rangeChanged), this, [this] {
            if (!parts_->moving)
                Q_EMIT moved();
        });
    plot->installEventFilter(this);
}

bool PlotSurface::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::Leave)
        Q_EMIT left();
    return QWidget::eventFilter(watched, event);
}

void PlotSurface::changeEvent(QEvent *event)
{
    if (event->type() == QEvent::FontChange)
        restyle();
    QWidget::changeEvent(event);
}

void PlotSurface::setTheme(const Theme &theme)
{
    parts_->theme = theme;
    restyle();
}

void PlotSurface::restyle()
{
    const Theme &theme = parts_->theme;
    QCustomPlot *plot = parts_->plot;
    plot->setBackground(theme.panel);
    QFont small = font();
    small.setPixelSize(11);
    for (QCPAxis *axis : {plot->xAxis, plot->yAxis}) {
        axis->setBasePen(Qt::NoPen);
        axis->setTickPen(Qt::NoPen);
        axis->setSubTickPen(Qt::NoPen);
        axis->setTickLabelColor(theme.quiet);
        axis->setTickLabelFont(small);
        axis->grid()->setPen(mixedColour(theme.line, theme.panel, theme.dark ? 0.35 : 0.2));
        axis->grid()->setZeroLinePen(Qt::NoPen);
        axis->grid()->setSubGridVisible(false);
    }
    plot->xAxis->grid()->setVisible(false);
    for (QCPItemText *text : {parts_->xName, parts_->yName}) {
        text->setFont(small);
        text->setColor(theme.quiet);
    }
    parts_->cursor->setPen(QPen(theme.accent, 1.5));
    parts_->hair->setPen(QPen(theme.quiet, 1, Qt::DotLine));
    for (std::size_t i = 0; i < parts_->lines.size(); ++i) {
        static const Qt::PenStyle dashes[] = {Qt::SolidLine, Qt::DashLine, Qt::DotLine, Qt::DashDotLine};
        const PlotLine &line = parts_->lines[i];
        const QColor colour = line.run > 0 ? mixedColour(line.colour, theme.panel, 0.3) : line.colour;
        parts_->ghosts[i]->setPen(QPen(mixedColour(colour, theme.panel, theme.dark ? 0.68 : 0.66), 1));
        parts_->curves[i]->setPen(QPen(colour, line.run > 0 ? 1.5 : 2, dashes[line.run % 4]));
        parts_->curves[i]->setName(line.label);
    }
    redraw();
}

void PlotSurface::setLines(const std::vector<PlotLine> &lines)
{
    parts_->lines = lines;
    const auto resize = [this](std::vector<QCPGraph *> &graphs, const char *layer) {
        while (graphs.size() > parts_->lines.size()) {
            parts_->plot->removeGraph(graphs.back());
            graphs.pop_back();
        }
        while (graphs.size() < parts_->lines.size()) {
            graphs.push_back(parts_->plot->addGraph());
            graphs.back()->setLayer(QLatin1String(layer));
            graphs.back()->setAdaptiveSampling(false);   // the outline is already what the pixels can show
            graphs.back()->setSelectable(QCP::stNone);
        }
    };
    resize(parts_->ghosts, "ghosts");
    resize(parts_->curves, "main");
    restyle();
}

void PlotSurface::setLevels(const std::vector<PlotLevel> &levels)
{
    QCustomPlot *plot = parts_->plot;
    for (QCPAbstractItem *item : parts_->levels)
        plot->removeItem(item);
    parts_->levels.clear();
    for (const PlotLevel &level : levels) {
        auto *line = new QCPItemStraightLine(plot);
        line->point1->setTypeX(QCPItemPosition::ptAxisRectRatio);
        line->point2->setTypeX(QCPItemPosition::ptAxisRectRatio);
        line->point1->setCoords(0, level.value);
        line->point2->setCoords(1, level.value);
        line->setPen(QPen(level.colour, 1, Qt::DotLine));
        auto *text = new QCPItemText(plot);
        text->position->setTypeX(QCPItemPosition::ptAxisRectRatio);
        text->position->setTypeY(QCPItemPosition::ptPlotCoords);
        text->position->setCoords(1, level.value);
        text->setPositionAlignment(Qt::AlignRight | Qt::AlignBottom);
        text->setText(level.label);
        text->setColor(level.colour);
        text->setFont(parts_->xName->font());
        parts_->levels.insert(parts_->levels.end(), {line, text});
    }
    redraw();
}

void PlotSurface::setAxes(CurveX x, bool logX, bool logY, const QString &unit)
{
    QCustomPlot *plot = parts_->plot;
    const QSignalBlocker noMove(this);
    const auto set = [](QCPAxis *axis, AxisKind kind) {
        axis->setScaleType(kind == AxisKind::logarithmic ? QCPAxis::stLogarithmic : QCPAxis::stLinear);
        axis->setTicker(QSharedPointer<QCPAxisTicker>(new RoundTicker(kind)));
        axis->ticker()->setTickCount(5);
    };
    set(plot->xAxis, logX ? AxisKind::logarithmic : x == CurveX::time ? AxisKind::time : AxisKind::linear);
    set(plot->yAxis, logY ? AxisKind::logarithmic : AxisKind::linear);
    parts_->logY = logY;
    parts_->xName->setText(x == CurveX::step ? tr("step") : x == CurveX::epoch ? tr("epoch") : tr("time"));
    parts_->yName->setText(unit);
    redraw();
}

PlotSurface::Range PlotSurface::xRange() const
{
    return {parts_->plot->xAxis->range().lower, parts_->plot->xAxis->range().upper};
}

PlotSurface::Range PlotSurface::yRange() const
{
    return {parts_->plot->yAxis->range().lower, parts_->plot->yAxis->range().upper};
}

void PlotSurface::setRanges(Range x, Range y)
{
    parts_->moving = true;
    parts_->plot->xAxis->setRange(x.low, x.high);
    parts_->plot->yAxis->setRange(y.low, y.high);
    parts_->moving = false;
    redraw();
}

void PlotSurface::fill()
{
    parts_->drawn = 0;
    for (std::size_t i = 0; i < parts_->lines.size(); ++i) {
        const PlotLine &line = parts_->lines[i];
        const bool ghost = line.visible && line.curve->isSmoothed() && line.run == 0;
        parts_->ghosts[i]->setVisible(ghost);
        parts_->curves[i]->setVisible(line.visible);
        if (ghost)
            parts_->drawn += parts_->draw(parts_->ghosts[i], *line.curve, line.curve->raw(), 1);
        if (line.visible)
            parts_->drawn += parts_->draw(parts_->curves[i], *line.curve, line.curve->shown(), 2);
    }
}

void PlotSurface::redraw()
{
    parts_->plot->replot(QCustomPlot::rpQueuedReplot);
}

void PlotSurface::redrawNow()
{
    parts_->plot->replot();
}

void PlotSurface::setHair(double x)
{
    parts_->showAt(parts_->hair, x);
}

void PlotSurface::setCursor(double x)
{
    parts_->showAt(parts_->cursor, x);
}

double PlotSurface::xAt(double pixel) const
{
    return parts_->plot->xAxis->pixelToCoord(pixel);
}

double PlotSurface::pixelOf(double x) const
{
    return parts_->plot->xAxis->coordToPixel(x);
}

QRect PlotSurface::plotRect() const
{
    return parts_->plot->axisRect()->rect();
}

std::size_t PlotSurface::drawnPoints() const
{
    return parts_->drawn;
}

} // namespace concord
