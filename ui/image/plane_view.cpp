#include "ui/image/plane_view.h"

#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>

#include <algorithm>
#include <cmath>

namespace concord {

PlaneView::PlaneView(QWidget *parent)
    : QWidget(parent)
{
    setMouseTracking(true);
    QFont small = font();
    small.setPixelSize(11);
    setFont(small);
    setCursor(Qt::CrossCursor);
}

void PlaneView::setTheme(const Theme &theme)
{
    theme_ = theme;
    update();
}

void PlaneView::setImage(const QImage &image)
{
    image_ = image;
    scaled_ = {};
    update();
}

void PlaneView::setBoxes(const std::vector<BoxMark> &boxes)
{
    boxes_ = boxes;
    update();
}

void PlaneView::setCaption(const QString &caption, const QString &shortCaption)
{
    caption_ = caption;
    shortCaption_ = shortCaption;
    setAccessibleName(caption);
    update();
}

void PlaneView::setProbe(std::optional<QPoint> pixel, const QString &value)
{
    if (pixel == probe_ && value == value_)
        return;
    probe_ = pixel;
    value_ = value;
    update();
}

QRectF PlaneView::imageRect() const
{
    const QSizeF room(width(), height() - captionHeight(fontMetrics()));
    if (image_.isNull() || room.height() <= 0)
        return {};
    const QSizeF size = QSizeF(image_.size()).scaled(room, Qt::KeepAspectRatio);
    return {std::floor((room.width() - size.width()) / 2), room.height() - size.height(), size.width(), size.height()};
}

std::optional<QPoint> PlaneView::pixelAt(const QPointF &at) const
{
    const QRectF area = imageRect();
    if (!area.contains(at))
        return std::nullopt;
    const QPoint pixel(int((at.x() - area.left()) * image_.width() / area.width()), int((at.y() - area.top()) * image_.height() / area.height()));
    return QPoint(std::min(pixel.x(), image_.width() - 1), std::min(pixel.y(), image_.height() - 1));
}

void PlaneView::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    const QRectF area = imageRect();
    if (!image_.isNull()) {
        const QSize device = (area.size() * devicePixelRatioF()).toSize();
        if (scaled_.size() != device)
            scaled_ = image_.scaled(device, Qt::IgnoreAspectRatio, device.width() >= 2 * image_.width() ? Qt::FastTransformation : Qt::SmoothTransformation);
        painter.setRenderHint(QPainter::Antialiasing);
        QPainterPath clip;
        clip.addRoundedRect(area, 4, 4);
        painter.setClipPath(clip);
        painter.drawImage(area, scaled_);
        paintBoxes(painter, area);
        painter.setClipping(false);
        if (probe_) {
            const double scale = area.width() / image_.width();
            const QPointF centre(area.left() + (probe_->x() + 0.5) * scale, area.top() + (probe_->y() + 0.5) * scale);
            painter.setBrush(Qt::NoBrush);
            for (const auto &[colour, width] : {std::pair(QColor(0, 0, 0, 160), 3.0), std::pair(QColor(Qt::white), 1.4)}) {
                painter.setPen(QPen(colour, width));
                painter.drawEllipse(centre, 5, 5);
            }
        }
    }
    const QRect line(0, height() - captionHeight(fontMetrics()), width(), captionHeight(fontMetrics()));
    painter.setPen(probe_ ? theme_.text : theme_.quiet);
    const bool tooWide = !probe_ && !shortCaption_.isEmpty() && fontMetrics().horizontalAdvance(caption_) + 2 > width();
    painter.drawText(line, Qt::AlignCenter, fontMetrics().elidedText(tooWide ? shortCaption_ : shownText(), Qt::ElideRight, width()));
}

/// In lines of the screen, so that they stay thin on images of few pixels. Names only where they fit.
void PlaneView::paintBoxes(QPainter &painter, const QRectF &area) const
{
    painter.setBrush(Qt::NoBrush);
    for (const BoxMark &box : boxes_) {
        const QRectF at(area.left() + box.area.left() * area.width(), area.top() + box.area.top() * area.height(), box.area.width() * area.width(),
                        box.area.height() * area.height());
        for (const auto &[colour, width] : {std::pair(QColor(0, 0, 0, box.colour.alpha() / 2), 3.2), std::pair(box.colour, 1.6)}) {
            painter.setPen(QPen(colour, width));
            painter.drawRect(at);
        }
        const QRectF plate(at.left(), at.top(), fontMetrics().horizontalAdvance(box.text) + 6, fontMetrics().height());
        if (box.text.isEmpty() || plate.width() > at.width() || plate.height() > at.height())
            continue;
        painter.fillRect(plate, box.colour);
        painter.setPen(qGray(box.colour.rgb()) > 140 ? Qt::black : Qt::white);
        painter.drawText(plate, Qt::AlignCenter, box.text);
    }
}

void PlaneView::mouseMoveEvent(QMouseEvent *event)
{
    if (const auto pixel = pixelAt(event->position()))
        Q_EMIT probed(*pixel);
    else
        Q_EMIT unprobed();
}

void PlaneView::leaveEvent(QEvent *)
{
    Q_EMIT unprobed();
}

} // namespace concord
