#pragma once

#include "ui/model/theme.h"

#include <QString>
#include <QWidget>

#include <vector>

namespace concord {

/// Points of fronts for two quantities. Dominated points are hollow; where the two are all there is, a line along the front joins the others. The
/// better corner is at the lower left, whichever way a quantity improves.
class FrontPlot : public QWidget
{
    Q_OBJECT

public:
    struct Point
    {
        double x;
        double y;
        bool dominated;
        bool chosen;     ///< of the current run
        int front;       ///< its shape and colour
        QString words;   ///< for the tool tip
        QString label = {};   ///< beside the point, where there is room
    };
    struct Axis
    {
        QString name;                 ///< "depth loss"
        bool higherIsBetter = false;
    };

    explicit FrontPlot(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    void setPoints(std::vector<Point> points, Axis x, Axis y, bool joined);

    const std::vector<Point> &points() const { return points_; }
    QPointF place(std::size_t point) const;      ///< in the widget's coordinates
    int pointAt(const QPointF &at) const;        ///< the nearest within reach; −1: none
    QString toolTipAt(const QPoint &at) const;

    /// The colour and the sign of a front in a legend.
    static QColor colour(const Theme &theme, int front);
    static QChar sign(int front);
    static void drawMark(QPainter &painter, const Theme &theme, int front, const QPointF &centre, double radius, bool hollow);

    QSize sizeHint() const override { return {360, 260}; }
    QSize minimumSizeHint() const override { return {140, 100}; }

Q_SIGNALS:
    void picked(int point);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Span
    {
        double low = 0;
        double high = 1;
    };
    QRectF area() const;
    static Span spanOf(const std::vector<Point> &points, double Point::*value);
    QPointF place(double x, double y) const;
    void drawAxes(QPainter &painter) const;
    void drawLines(QPainter &painter) const;
    void drawLabels(QPainter &painter) const;
    void setHovered(int point);

    Theme theme_ = Theme::light();
    std::vector<Point> points_;
    Axis x_;
    Axis y_;
    Span xs_;
    Span ys_;
    bool joined_ = false;
    int hovered_ = -1;
};

} // namespace concord
