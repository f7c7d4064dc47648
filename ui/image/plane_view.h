#pragma once

#include "ui/model/theme.h"

#include <QImage>
#include <QWidget>

#include <optional>
#include <vector>

namespace concord {

/// A rectangle drawn over a picture; `area` as shares of it.
struct BoxMark
{
    QRectF area;
    QColor colour;
    QString text;

    bool operator==(const BoxMark &) const = default;
};

/// One picture with a caption below. Keeps its proportions; large pixels stay sharp, small ones are smoothed. The mouse probes pixels.
class PlaneView : public QWidget
{
    Q_OBJECT

public:
    explicit PlaneView(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    void setImage(const QImage &image);
    const QImage &image() const { return image_; }
    void setBoxes(const std::vector<BoxMark> &boxes);
    const std::vector<BoxMark> &boxes() const { return boxes_; }
    /// The short one is shown where there is no room for the long one.
    void setCaption(const QString &caption, const QString &shortCaption = {});
    QString caption() const { return caption_; }

    /// Marks a pixel and shows its value instead of the caption; without a value only the caption is shown.
    void setProbe(std::optional<QPoint> pixel, const QString &value);
    QString shownText() const { return probe_ ? value_ : caption_; }

    QRectF imageRect() const;
    std::optional<QPoint> pixelAt(const QPointF &at) const;
    static int captionHeight(const QFontMetrics &metrics) { return metrics.height() + 4; }

Q_SIGNALS:
    void probed(const QPoint &pixel);
    void unprobed();

protected:
    void paintEvent(QPaintEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;

private:
    void paintBoxes(QPainter &painter, const QRectF &area) const;

    Theme theme_ = Theme::light();
    QImage image_;
    std::vector<BoxMark> boxes_;
    QImage scaled_;
    QString caption_;
    QString shortCaption_;
    std::optional<QPoint> probe_;
    QString value_;
};

} // namespace concord
