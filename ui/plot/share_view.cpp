#include "ui/plot/share_view.h"

#include "ui/plot/number_text.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QToolTip>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

constexpr double shareStripGap = 4;
constexpr double shareMark = 8;   ///< room for a task's colour beside its name

/// "expert 0", "expert 1" → "0", "1" and "expert": the words that all names have stand once. "depth, expert 0" → "depth 0".
QStringList withoutCommonWords(const QStringList &names, QString &common)
{
    const auto wordsOf = [](QString name) { return name.remove(u',').split(u' ', Qt::SkipEmptyParts); };
    QStringList shared = names.size() > 1 ? wordsOf(names.front()) : QStringList();
    for (const QString &name : names)
        shared.removeIf([words = wordsOf(name)](const QString &word) { return !words.contains(word); });
    QStringList result;
    for (const QString &name : names) {
        QStringList words = wordsOf(name);
        words.removeIf([&](const QString &word) { return shared.contains(word); });
        result += words.isEmpty() ? name : words.join(u' ');
    }
    common = shared.join(u' ');
    return result;
}

} // namespace

ShareView::ShareView(QWidget *parent)
    : QWidget(parent)
{
}

void ShareView::setTheme(const Theme &theme)
{
    theme_ = theme;
    images_.clear();
    update();
}

void ShareView::setMoments(QStringList rows, QStringList columns, std::vector<Moment> moments)
{
    rows_ = std::move(rows);
    columns_ = std::move(columns);
    moments_ = std::move(moments);
    images_.clear();
    low_ = 0;
    high_ = 1e-9;
    stacked_.assign(std::size_t(rows_.size()), true);
    for (const Moment &moment : moments_)
        for (int row = 0; row < this->rows(); ++row) {
            double sum = 0;
            bool isShare = true;
            for (int column = 0; column < this->columns(); ++column) {
                const double value = valueOf(moment, row, column);
                if (std::isfinite(value)) {
                    low_ = std::min(low_, value);
                    high_ = std::max(high_, value);
                }
                sum += value;
                isShare = isShare && value >= 0;
            }
            stacked_[std::size_t(row)] = stacked_[std::size_t(row)] && isShare && std::abs(sum - 1) < 0.01;
        }
    update();
}

void ShareView::setTasks(std::vector<int> rows, std::vector<int> columns)
{
    rowTasks_ = std::move(rows);
    columnTasks_ = std::move(columns);
    images_.clear();
    update();
}

void ShareView::setCursorStep(std::int64_t step)
{
    cursor_ = step;
    update();
}

bool ShareView::areShares() const
{
    return std::ranges::all_of(stacked_, [](bool stacked) { return stacked; });
}

const ShareView::Moment *ShareView::momentAt(std::int64_t step) const
{
    if (moments_.empty() || rows_.empty() || columns_.empty())
        return nullptr;
    if (step < 0)
        return &moments_.back();
    const auto after = std::ranges::upper_bound(moments_, step, {}, &Moment::step);
    return after == moments_.begin() ? &moments_.front() : &*(after - 1);
}

/// Experts are not tasks and must not look like them: softer colours, whose neighbours are far apart on the circle of hues.
QColor ShareView::columnColour(int column) const
{
    if (std::size_t(column) < columnTasks_.size() && columnTasks_[std::size_t(column)] >= 0)
        return theme_.task(columnTasks_[std::size_t(column)]);
    const double hue = std::fmod(0.57 + 0.381966 * column, 1.0);
    return QColor::fromHslF(float(hue), theme_.dark ? 0.30F : 0.42F, theme_.dark ? 0.52F : 0.68F);
}

ShareView::Layout ShareView::layout() const
{
    Layout at{};
    const double line = fontMetrics().height();
    const auto widest = [&](const QStringList &names) {
        int width = 0;
        for (const QString &name : names)
            width = std::max(width, fontMetrics().horizontalAdvance(name));
        return double(width);
    };
    at.labelWidth = std::floor(std::min(widest(rows_) + 6, width() * 0.34) + shareMark);
    at.cellWidth = std::clamp(std::floor((width() - at.labelWidth - 2) / std::max(1, columns())), 1.0, 88.0);
    at.heads = columns_;
    if (widest(at.heads) > at.cellWidth - 4)
        at.heads = withoutCommonWords(columns_, at.common);
    at.upright = widest(at.heads) > at.cellWidth - 4 && at.cellWidth >= line * 0.8;
    if (at.cellWidth < line * 0.8 && widest(at.heads) > at.cellWidth - 2)
        at.heads.clear();
    at.headHeight = at.heads.isEmpty() ? 6 : at.upright ? std::floor(std::min(widest(at.heads) + 2, height() * 0.26)) + 10 : line + 6;
    at.axisHeight = height() >= 9 * line ? line + 2 : 0;
    at.captionHeight = height() >= 9 * line ? line + 12 : 8;
    const double room = std::max(20.0, height() - at.headHeight - at.axisHeight - at.captionHeight);
    const int count = std::max(1, rows());
    at.rowHeight = std::clamp(std::floor(room * 0.45 / count), 2.0, line + 8);
    at.stripHeight = std::clamp(std::floor((room - at.rowHeight * count) / count) - (count > 12 ? 1 : shareStripGap), 2.0, 90.0);
    return at;
}

QRectF ShareView::cell(const Layout &at, int row, int column)
{
    if (row < 0)
        return {at.labelWidth + column * at.cellWidth, 0, at.cellWidth, at.headHeight};
    return {at.labelWidth + column * at.cellWidth, at.headHeight + row * at.rowHeight, at.cellWidth, at.rowHeight};
}

QRectF ShareView::strip(const Layout &at, int row) const
{
    const double top = at.headHeight + rows() * at.rowHeight + at.captionHeight;
    return {at.labelWidth, top + row * (at.stripHeight + (rows() > 12 ? 1 : shareStripGap)), width() - at.labelWidth - 2, at.stripHeight};
}

std::int64_t ShareView::stepAt(double x) const
{
    if (moments_.empty())
        return -1;
    const QRectF place = strip(0);
    const double share = std::clamp((x - place.left()) / std::max(1.0, place.width()), 0.0, 1.0);
    return moments_.front().step + std::int64_t(std::llround(share * double(moments_.back().step - moments_.front().step)));
}

double ShareView::xOf(std::int64_t step, const QRectF &place) const
{
    const double span = std::max(1.0, double(moments_.back().step) - double(moments_.front().step));
    return place.left() + place.width() * std::clamp((double(step) - double(moments_.front().step)) / span, 0.0, 1.0);
}

QString ShareView::number(double value) const
{
    if (!std::isfinite(value))
        return QStringLiteral("–");
    if (areShares())
        return QString::number(std::lround(value * 100));
    return std::abs(value) < 10 ? QString::number(value, 'f', 2).replace(u'-', QChar(0x2212)) : shortNumber(value, 2);
}

QString ShareView::tipAt(const QPointF &position) const
{
    if (!shown())
        return {};
    const Layout at = layout();
    for (int row = 0; row < rows(); ++row) {
        for (int column = 0; column < columns(); ++column)
            if (cell(at, row, column).contains(position))
                return tr("%1 · %2: %3\nat step %4").arg(rows_[row], columns_[column], shortNumber(valueOf(*shown(), row, column), 3), groupedNumber(shown()->step));
        if (const QRectF place = strip(at, row); place.contains(position)) {
            const Moment &moment = *momentAt(stepAt(position.x()));
            QString text = tr("%1 at step %2").arg(rows_[row], groupedNumber(moment.step));
            for (int column = 0; column < columns(); ++column)
                text += QStringLiteral("\n%1: %2").arg(columns_[column], shortNumber(valueOf(moment, row, column), 3));
            return text;
        }
    }
    for (int column = 0; column < columns(); ++column)
        if (cell(at, -1, column).contains(position))
            return columns_[column];
    return {};
}

void ShareView::mousePressEvent(QMouseEvent *event)
{
    mouseMoveEvent(event);
}

void ShareView::mouseMoveEvent(QMouseEvent *event)
{
    if ((event->buttons() & Qt::LeftButton) && shown() && event->position().y() >= strip(0).top())
        Q_EMIT picked(stepAt(event->position().x()));
}

void ShareView::mouseDoubleClickEvent(QMouseEvent *)
{
    Q_EMIT released();
}

bool ShareView::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    QToolTip::showText(help->globalPos(), tipAt(help->pos()), this);
    return true;
}

} // namespace concord
