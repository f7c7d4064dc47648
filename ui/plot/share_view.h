#pragma once

#include "ui/model/theme.h"

#include <QImage>
#include <QStringList>
#include <QWidget>

#include <cstdint>
#include <vector>

namespace concord {

/// Who uses what: the present values as a table of tinted cells, and below it, row by row, how they came about over the steps.
/// Rows that are shares (none negative, sum 1) are stacked bands, others lines; a column has one colour in all of them.
class ShareView : public QWidget
{
    Q_OBJECT

public:
    explicit ShareView(QWidget *parent = nullptr);

    struct Moment
    {
        std::int64_t step = 0;
        std::vector<float> values = {};   ///< row-major [rows, columns]
    };

    void setTheme(const Theme &theme);
    /// Steps rise.
    void setMoments(QStringList rows, QStringList columns, std::vector<Moment> moments);
    /// Tasks among rows and columns, by index into the run's tasks, −1 for others: a task has one colour everywhere.
    void setTasks(std::vector<int> rows, std::vector<int> columns);
    void setCursorStep(std::int64_t step);   ///< −1: the last; the table shows the last moment at or before it

    const Moment *shown() const { return momentAt(cursor_); }   ///< null while there is none
    QRectF cell(int row, int column) const { return cell(layout(), row, column); }   ///< row −1: the column's name
    QRectF strip(int row) const { return strip(layout(), row); }
    QColor columnColour(int column) const;
    std::int64_t stepAt(double x) const;
    QString tipAt(const QPointF &position) const;

    QSize sizeHint() const override { return {260, 320}; }
    QSize minimumSizeHint() const override { return {140, 120}; }

Q_SIGNALS:
    void picked(qint64 step);
    void released();    ///< double click: the cursor follows again

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    bool event(QEvent *event) override;

private:
    struct Layout
    {
        QStringList heads;      ///< columns' names as far as there is room
        QString common;         ///< words that were taken out of all of them
        bool upright;           ///< they stand on their side
        double labelWidth;
        double headHeight;
        double cellWidth;
        double rowHeight;
        double captionHeight;   ///< 0: no room
        double stripHeight;
        double axisHeight;      ///< 0: no room
    };
    Layout layout() const;
    static QRectF cell(const Layout &at, int row, int column);
    QRectF strip(const Layout &at, int row) const;
    int rows() const { return int(rows_.size()); }
    int columns() const { return int(columns_.size()); }
    double valueOf(const Moment &moment, int row, int column) const { return double(moment.values[std::size_t(row * columns() + column)]); }
    double xOf(std::int64_t step, const QRectF &place) const;
    bool isStacked(int row) const { return stacked_[std::size_t(row)]; }
    bool areShares() const;     ///< all rows, always
    const Moment *momentAt(std::int64_t step) const;
    QString number(double value) const;

    void paintTable(QPainter &painter, const Layout &at) const;
    void paintHeads(QPainter &painter, const Layout &at) const;
    void paintLabel(QPainter &painter, const Layout &at, int row, const QRectF &beside) const;
    void renderStrips(const Layout &at);
    void paintAxis(QPainter &painter, const Layout &at) const;

    Theme theme_ = Theme::light();
    QStringList rows_;
    QStringList columns_;
    std::vector<int> rowTasks_;
    std::vector<int> columnTasks_;
    std::vector<Moment> moments_;
    std::vector<bool> stacked_;
    std::vector<QImage> images_;   ///< of the strips; none: they are to be drawn
    double low_ = 0;
    double high_ = 1;
    std::int64_t cursor_ = -1;
};

} // namespace concord
