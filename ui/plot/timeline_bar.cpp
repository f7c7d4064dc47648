#include "ui/plot/timeline_bar.h"

#include "ui/plot/number_text.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>

#include <algorithm>
#include <cmath>

namespace concord {

TimelineBar::TimelineBar(QWidget *parent)
    : QWidget(parent)
{
    setFocusPolicy(Qt::StrongFocus);
    setAccessibleName(tr("Step"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void TimelineBar::setTheme(const Theme &theme)
{
    theme_ = theme;
    update();
}

void TimelineBar::setSteps(std::int64_t done, std::int64_t total, const std::vector<std::int64_t> &ticks)
{
    if (done == done_ && total == total_ && ticks.size() == ticks_.size())
        return;
    done_ = done;
    total_ = std::max(total, done);
    ticks_ = ticks;
    update();
}

void TimelineBar::setStep(std::int64_t step)
{
    step_ = step;
    update();
}

double TimelineBar::xOf(std::int64_t step) const
{
    const double room = width() - 18.0;
    return 9 + (total_ > 0 ? room * std::clamp(double(step) / double(total_), 0.0, 1.0) : 0.0);
}

std::int64_t TimelineBar::stepAt(double x) const
{
    if (total_ <= 0 || x >= xOf(done_) - 1)
        return -1;
    for (const std::int64_t tick : ticks_)
        if (std::abs(xOf(tick) - x) <= 5)
            return tick;
    return std::clamp(std::int64_t(std::llround((x - 9) / (width() - 18.0) * double(total_))), std::int64_t(0), done_);
}

std::int64_t TimelineBar::nextTick(int direction) const
{
    const std::int64_t at = step_ < 0 ? done_ + (ticks_.empty() || ticks_.back() < done_ || direction < 0 ? 0 : 1) : step_;
    if (direction > 0) {
        const auto it = std::ranges::upper_bound(ticks_, at);
        return it == ticks_.end() ? -1 : *it;
    }
    const auto it = std::ranges::lower_bound(ticks_, at);
    return it == ticks_.begin() ? (ticks_.empty() ? 0 : ticks_.front()) : *(it - 1);
}

void TimelineBar::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const double middle = height() / 2.0;
    const double at = xOf(step_ < 0 ? done_ : step_);
    const auto bar = [&](double from, double to, const QColor &colour) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(colour);
        painter.drawRoundedRect(QRectF(from, middle - 2, std::max(0.0, to - from), 4), 2, 2);
    };
    bar(9, width() - 9, theme_.line);
    // Done but after the cursor: between the two.
    QColor done = theme_.accent;
    done.setAlphaF(0.35f);
    bar(9, xOf(done_), done);
    bar(9, at, theme_.accent);
    painter.setPen(QPen(theme_.quiet, 1.5));
    double last = -10;
    for (const std::int64_t tick : ticks_) {
        const double x = xOf(tick);
        // Ticks closer than two pixels are one.
        if (x - last < 2)
            continue;
        painter.drawLine(QPointF(x, middle - 8), QPointF(x, middle + 8));
        last = x;
    }
    if (total_ <= 0)
        return;
    painter.setPen(QPen(theme_.panel, 1.5));
    painter.setBrush(theme_.accent);
    painter.drawEllipse(QPointF(at, middle), 7.5, 7.5);
    if (step_ < 0) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme_.panel);
        painter.drawEllipse(QPointF(at, middle), 2.5, 2.5);
    }
    if (hasFocus()) {
        painter.setPen(QPen(theme_.accent, 1));
        painter.setBrush(Qt::NoBrush);
        painter.drawEllipse(QPointF(at, middle), 10, 10);
    }
}

void TimelineBar::mousePressEvent(QMouseEvent *event)
{
    if (event->button() == Qt::LeftButton && total_ > 0)
        Q_EMIT picked(stepAt(event->position().x()));
}

void TimelineBar::mouseMoveEvent(QMouseEvent *event)
{
    if (event->buttons() & Qt::LeftButton && total_ > 0)
        Q_EMIT picked(stepAt(event->position().x()));
}

void TimelineBar::wheelEvent(QWheelEvent *event)
{
    if (event->angleDelta().y() != 0 && total_ > 0)
        Q_EMIT picked(nextTick(event->angleDelta().y() < 0 ? 1 : -1));
}

void TimelineBar::keyPressEvent(QKeyEvent *event)
{
    switch (event->key()) {
    case Qt::Key_Left: Q_EMIT picked(nextTick(-1)); break;
    case Qt::Key_Right: Q_EMIT picked(nextTick(1)); break;
    case Qt::Key_Home: Q_EMIT picked(ticks_.empty() ? 0 : ticks_.front()); break;
    case Qt::Key_End: Q_EMIT picked(-1); break;
    default: QWidget::keyPressEvent(event);
    }
}

} // namespace concord
