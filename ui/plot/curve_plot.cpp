#include "ui/plot/curve_plot.h"

#include "ui/plot/chip_strip.h"
#include "ui/plot/number_text.h"
#include "ui/plot/value_table.h"

#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace concord {

CurvePlot::CurvePlot(QWidget *parent)
    : QWidget(parent)
    , surface_(new PlotSurface(this))
    , legend_(new ChipStrip(this))
    , table_(new ValueTable(surface_))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 6, 4, 4);
    layout->setSpacing(2);
    layout->addWidget(legend_);
    layout->addWidget(surface_, 1);
    connect(legend_, &ChipStrip::toggled, this, [this](int index) {
        const QString key = keyOf(drawn_[std::size_t(index)]);
        if (!hidden_.remove(key))
            hidden_.insert(key);
        relayLines();
        if (follow_)
            fit();
    });
    connect(surface_, &PlotSurface::moved, this, [this] { setFollow(false); });
    connect(surface_, &PlotSurface::hovered, this, [this](double x) {
        hovering_ = true;
        surface_->setHair(x);
        showTable(x);
    });
    connect(surface_, &PlotSurface::left, this, [this] {
        hovering_ = false;
        surface_->setHair(std::nan(""));
        restTable();
    });
    connect(surface_, &PlotSurface::clicked, this, [this](double x) {
        const std::vector<Row> rows = rowsAt(x);
        if (x_ == CurveX::step)
            Q_EMIT cursorPicked(std::max<qint64>(0, qint64(std::llround(x))));
        else if (!rows.empty())
            Q_EMIT cursorPicked(rows.front().step);
    });
    connect(surface_, &PlotSurface::doubleClicked, this, [this] {
        setFollow(true);
        Q_EMIT cursorPicked(-1);
    });
}

CurvePlot::~CurvePlot() = default;

void CurvePlot::setTheme(const Theme &theme)
{
    theme_ = theme;
    surface_->setTheme(theme);
    legend_->setTheme(theme);
    table_->setTheme(theme);
    relayLines();
    relayLevels();
}

void CurvePlot::setRuns(const QList<RunData *> &runs)
{
    runs_.clear();
    for (RunData *run : runs)
        runs_ += run;
    rebuild();
}

void CurvePlot::setGroup(const CurveGroup &group)
{
    const bool another = group.id != group_.id;
    group_ = group;
    surface_->setAxes(x_, logX_, logY_, group.unit);
    if (another)
        follow_ = true;
    rebuild();
    if (another)
        Q_EMIT followChanged(true);
}

void CurvePlot::setAxes(CurveX x, bool logX, bool logY)
{
    const bool another = x != x_;
    x_ = x;
    logX_ = logX;
    logY_ = logY;
    surface_->setAxes(x, logX, logY, group_.unit);
    refresh();
    // The old view means nothing on another axis, and a logarithm none at or below zero.
    if (follow_ || another || (logX && surface_->xRange().low <= 0) || (logY && surface_->yRange().low <= 0))
        fit();
    setCursorStep(cursorStep_);
}

void CurvePlot::setSmoothing(double smoothing)
{
    smoothing_ = std::clamp(smoothing, 0.0, 0.99);
    refresh();
}

void CurvePlot::setFollow(bool follow)
{
    const bool changed = follow_ != follow;
    follow_ = follow;
    if (follow)
        fit();
    if (changed)
        Q_EMIT followChanged(follow);
}

QString CurvePlot::keyOf(const Drawn &drawn)
{
    return QString::number(drawn.run ? drawn.run->summary().number : 0) + u'/' + drawn.series;
}

const Series *CurvePlot::seriesOf(const Drawn &drawn) const
{
    return drawn.run ? drawn.run->series(drawn.series) : nullptr;
}

QString CurvePlot::labelOf(const Drawn &drawn) const
{
    const QString label = seriesLabel(drawn.series, group_, drawn.run->tasks());
    return runs_.size() > 1 ? QStringLiteral("%1 · %2").arg(label, drawn.run->title()) : label;
}

QColor CurvePlot::colourOf(const Drawn &drawn) const
{
    // A single-task baseline has its task in the first place: the shown run with the most tasks says which colour is whose.
    RunData *reference = drawn.run;
    for (RunData *run : runs_)
        if (run && reference && run->tasks().size() > reference->tasks().size() && taskOfSeries(drawn.series, run->tasks()) >= 0)
            reference = run;
    const int task = reference ? taskOfSeries(drawn.series, reference->tasks()) : -1;
    return task < 0 ? theme_.accent : theme_.task(task);
}

void CurvePlot::rebuild()
{
    surface_->setLines({});
    std::vector<Drawn> old = std::move(drawn_);
    drawn_.clear();
    for (int place = 0; place < runs_.size(); ++place) {
        if (!runs_[place])
            continue;
        for (const QString &name : group_.series) {
            if (!runs_[place]->series(name))
                continue;
            const auto known = std::ranges::find_if(old, [&](const Drawn &drawn) { return drawn.run == runs_[place] && drawn.series == name; });
            drawn_.push_back({runs_[place], name, place, known == old.end() ? std::make_unique<Curve>() : std::move(known->curve)});
            if (known != old.end())
                old.erase(known);
        }
    }
    takeMore();
    relayLines();
    relayLevels();
    if (follow_)
        fit();
    setCursorStep(cursorStep_);
}

void CurvePlot::relayLines()
{
    std::vector<PlotLine> lines;
    std::vector<ChipStrip::Chip> chips;
    for (const Drawn &drawn : drawn_) {
        if (!drawn.run)
            continue;
        lines.push_back({drawn.curve.get(), colourOf(drawn), drawn.place, isShown(drawn), labelOf(drawn)});
        chips.push_back({labelOf(drawn), colourOf(drawn), isShown(drawn), drawn.place > 0});
    }
    surface_->setLines(lines);
    legend_->setChips(chips);
}

void CurvePlot::relayLevels()
{
    std::vector<PlotLevel> levels;
    levels_.clear();
    if (RunData *run = runs_.isEmpty() ? nullptr : runs_.first().data())
        for (const QString &name : group_.baselines)
            if (const Series *series = run->series(name); series && !series->values.empty()) {
                const int task = taskOfSeries(name, run->tasks());
                const QString label = task < 0 ? QString() : QString::fromStdString(run->tasks()[std::size_t(task)].name);
                levels.push_back({series->values.back(), task < 0 ? theme_.quiet : theme_.task(task), tr("%1: best constant").arg(label)});
                levels_.push_back(series->values.back());
            }
    surface_->setLevels(levels);
}

void CurvePlot::refresh()
{
    // Runs load one after the other, and a validation series begins late: what is new gets its curve.
    std::size_t available = 0;
    for (const QPointer<RunData> &run : runs_)
        available += run ? std::size_t(std::ranges::count_if(group_.series, [&run](const QString &name) { return run->series(name); })) : 0;
    if (available != drawn_.size() && std::ranges::all_of(drawn_, [](const Drawn &drawn) { return bool(drawn.run); }))
        return rebuild();
    takeMore();
}

void CurvePlot::takeMore()
{
    bool grew = false;
    for (Drawn &drawn : drawn_)
        if (const Series *series = seriesOf(drawn))
            grew = drawn.curve->sync(*series, drawn.run->series(QStringLiteral("epoch")), x_, group_.perStep ? smoothing_ : 0) || grew;
    if (!grew)
        return;
    if (follow_)
        fit();
    surface_->redraw();
    if (!hovering_)
        restTable();
}

void CurvePlot::fit()
{
    constexpr double infinity = std::numeric_limits<double>::infinity();
    PlotSurface::Range x{infinity, -infinity};
    PlotSurface::Range y{infinity, -infinity};
    const auto take = [](PlotSurface::Range &range, double low, double high) {
        range.low = std::min(range.low, low);
        range.high = std::max(range.high, high);
    };
    for (const Drawn &drawn : drawn_) {
        if (!isShown(drawn) || drawn.curve->isEmpty())
            continue;
        const Curve &curve = *drawn.curve;
        take(x, logX_ ? std::max(curve.x().front(), x_ == CurveX::step ? 1.0 : 1e-3) : curve.x().front(), curve.x().back());
        // A logarithm shows what is positive; without a smallest positive value at hand, five decades below the top.
        const MinMaxPyramid::Range values = curve.raw().range(0, curve.raw().size());
        if (values.low <= values.high && (!logY_ || values.high > 0))
            take(y, logY_ && values.low <= 0 ? values.high * 1e-5 : values.low, values.high);
    }
    for (const double level : levels_)
        if (y.low <= y.high && (!logY_ || level > 0))
            take(y, level, level);
    if (x.low > x.high)
        x = {logX_ ? 1.0 : 0.0, 100};
    if (y.low > y.high)
        y = {logY_ ? 0.01 : 0.0, 1};
    if (x.high <= x.low)
        x.high = x.low + 1;
    if (logY_) {
        const double margin = std::max(std::pow(y.high / y.low, 0.05), 1.05);
        y = {y.low / margin, y.high * margin};
    } else {
        const double span = y.high > y.low ? y.high - y.low : std::max(std::abs(y.high), 1e-6);
        const bool fromZero = y.low >= 0 && y.low < 0.4 * y.high;
        y = {fromZero ? 0 : y.low - 0.06 * span, y.high + 0.06 * span};
    }
    surface_->setRanges(x, y);
}

std::vector<CurvePlot::Row> CurvePlot::rowsAt(double x) const
{
    std::vector<Row> rows;
    for (const Drawn &drawn : drawn_) {
        if (!drawn.run || !isShown(drawn) || drawn.curve->isEmpty() || drawn.curve->x().front() > x)
            continue;
        const std::size_t index = drawn.curve->indexAt(x);
        rows.push_back({labelOf(drawn), colourOf(drawn), drawn.place, drawn.curve->stepAt(index), drawn.curve->shown().values()[index], drawn.curve->raw().values()[index]});
    }
    return rows;
}

double CurvePlot::cursorX() const
{
    if (cursorStep_ < 0)
        return std::nan("");
    for (const Drawn &drawn : drawn_)
        if (!drawn.curve->isEmpty())
            return drawn.curve->xOfStep(cursorStep_);
    return std::nan("");
}

void CurvePlot::setCursorStep(std::int64_t step)
{
    cursorStep_ = step;
    surface_->setCursor(cursorX());
    if (!hovering_)
        restTable();
}

void CurvePlot::restTable()
{
    const double x = cursorX();
    const PlotSurface::Range range = surface_->xRange();
    if (std::isnan(x) || x < range.low || x > range.high)
        table_->hide();
    else
        showTable(x);
}

void CurvePlot::showTable(double x)
{
    std::vector<ValueTable::Row> rows;
    std::int64_t step = 0;
    for (const Row &row : rowsAt(x)) {
        rows.push_back({row.colour, row.label, shortNumber(row.shown), row.run > 0});
        step = std::max(step, row.step);
    }
    const QString heading = x_ == CurveX::epoch ? tr("epoch %1 · step %2").arg(shortNumber(x, 3), groupedNumber(step))
        : x_ == CurveX::time                    ? tr("%1 · step %2").arg(durationText(x), groupedNumber(step))
                                                : tr("step %1").arg(groupedNumber(std::int64_t(std::llround(x))));
    table_->show(heading, std::move(rows), int(surface_->pixelOf(x)), surface_->plotRect());
}

} // namespace concord
