#pragma once

#include <QList>
#include <QWidget>

namespace concord {

/// Lays tiles out in units that stay together (truth, prediction, error), as large as the room allows; narrow tiles are scale bars.
class TileFlow : public QWidget
{
public:
    struct Tile
    {
        QWidget *widget;
        double width;    ///< in tile sides: 1 for a picture, less for a scale bar
    };
    using Unit = QList<Tile>;

    using QWidget::QWidget;

    void setUnits(const QList<Unit> &units);
    void setProportion(double heightToWidth);    ///< of the pictures
    int side() const { return side_; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void place();
    int rowsFor(int side) const;

    static constexpr int gap = 8;
    static constexpr int smallest = 72;
    QList<Unit> units_;
    double proportion_ = 1;
    int side_ = 0;
};

} // namespace concord
