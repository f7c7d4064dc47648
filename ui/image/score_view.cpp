#include "ui/image/score_view.h"

#include "ui/image/plane_text.h"

#include <QPainter>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace concord {

ScoreView::ScoreView(QWidget *parent)
    : QWidget(parent)
{
}

void ScoreView::setTheme(const Theme &theme)
{
    theme_ = theme;
    update();
}

void ScoreView::setScores(const TaskInfo &task, const std::vector<float> &truth, const std::vector<float> &prediction, const QColor &colour)
{
    task_ = task;
    truth_ = truth;
    prediction_ = prediction;
    colour_ = colour;
    update();
}

void ScoreView::setCaption(const QString &caption)
{
    caption_ = caption;
    setAccessibleName(caption);
    update();
}

std::vector<int> ScoreView::order() const
{
    std::vector<int> order(prediction_.size());
    std::iota(order.begin(), order.end(), 0);
    if (task_.kind == TaskKind::classification)
        std::ranges::stable_sort(order, [this](int a, int b) { return prediction_[std::size_t(a)] > prediction_[std::size_t(b)]; });
    return order;
}

void ScoreView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    const int line = fontMetrics().height() + 3;
    const int captionTop = height() - fontMetrics().height() - 4;
    double largest = task_.kind == TaskKind::regression ? 1e-9 : 1;
    if (task_.kind == TaskKind::regression)
        for (const std::vector<float> *values : {&prediction_, &truth_})
            for (const float value : *values)
                largest = std::max(largest, double(std::abs(value)));
    const int nameWidth = std::min(width() * 2 / 5, 110);
    const int numberWidth = fontMetrics().horizontalAdvance(QStringLiteral("−0.00"));
    int top = 2;
    for (const int at : order()) {
        if (top + line > captionTop)
            break;
        const auto i = std::size_t(at);
        const double value = prediction_[i];
        const bool isTrue = i < truth_.size() && truth_[i] > 0.5f && task_.kind != TaskKind::regression;
        QFont font = this->font();
        font.setBold(isTrue);
        painter.setFont(font);
        painter.setPen(isTrue ? theme_.text : theme_.quiet);
        const QString name = (isTrue ? QStringLiteral("✓ ") : QString()) + (task_.kind == TaskKind::regression && task_.classNames.empty() ? QStringLiteral("%1").arg(at + 1) : className(task_, at));
        painter.drawText(QRect(2, top, nameWidth - 6, line), Qt::AlignRight | Qt::AlignVCenter, QFontMetrics(font).elidedText(name, Qt::ElideRight, nameWidth - 6));
        const QRectF track(nameWidth, top + line / 2.0 - 4, std::max(4, width() - nameWidth - numberWidth - 10), 8);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme_.line);
        painter.drawRoundedRect(track, 3, 3);
        painter.setBrush(isTrue || truth_.empty() || task_.kind == TaskKind::regression ? colour_ : theme_.quiet);
        painter.drawRoundedRect(QRectF(track.left(), track.top(), track.width() * std::clamp(std::abs(value) / largest, 0.0, 1.0), track.height()), 3, 3);
        if (task_.kind == TaskKind::regression && i < truth_.size()) {
            const double x = track.left() + track.width() * std::clamp(std::abs(double(truth_[i])) / largest, 0.0, 1.0);
            painter.fillRect(QRectF(x - 1, track.top() - 3, 2, track.height() + 6), theme_.text);
        }
        painter.setPen(theme_.text);
        painter.setFont(this->font());
        painter.drawText(QRect(width() - numberWidth - 6, top, numberWidth + 4, line), Qt::AlignRight | Qt::AlignVCenter, QString::number(value, 'f', 2).replace(u'-', QChar(0x2212)));
        top += line;
    }
    painter.setPen(theme_.quiet);
    painter.drawText(QRect(0, captionTop, width(), height() - captionTop), Qt::AlignCenter, fontMetrics().elidedText(caption_, Qt::ElideRight, width()));
}

} // namespace concord
