#include "ui/image/tile_flow.h"

#include <algorithm>
#include <cmath>

namespace concord {

void TileFlow::setUnits(const QList<Unit> &units)
{
    units_ = units;
    place();
}

void TileFlow::setProportion(double heightToWidth)
{
    proportion_ = std::clamp(heightToWidth, 0.2, 3.0);
    place();
}

void TileFlow::resizeEvent(QResizeEvent *)
{
    place();
}

int TileFlow::rowsFor(int side) const
{
    int rows = 1;
    double x = 0;
    for (const Unit &unit : units_) {
        double wide = 0;
        for (const Tile &tile : unit)
            wide += std::floor(tile.width * side) + gap;
        if (x > 0 && x + wide > width()) {
            ++rows;
            x = 0;
        }
        x += wide;
    }
    return rows;
}

/// The largest side with which all rows fit; below the smallest side the last rows are cut.
void TileFlow::place()
{
    const int caption = fontMetrics().height() + 4;
    const auto tileHeight = [&](int side) { return int(std::lround(side * proportion_)) + caption; };
    side_ = smallest;
    const int most = std::max(smallest, std::min(width() - gap, 640));
    for (int side = smallest; side <= most; side += 2) {
        bool narrow = false;
        for (const Unit &unit : units_) {
            double wide = 0;
            for (const Tile &tile : unit)
                wide += std::floor(tile.width * side) + gap;
            narrow = narrow || wide > width();
        }
        if (narrow || rowsFor(side) * (tileHeight(side) + gap) - gap > height())
            break;
        side_ = side;
    }
    int x = 0;
    int y = 0;
    for (const Unit &unit : units_) {
        int wide = 0;
        for (const Tile &tile : unit)
            wide += int(tile.width * side_) + gap;
        if (x > 0 && x + wide > width()) {
            x = 0;
            y += tileHeight(side_) + gap;
        }
        for (const Tile &tile : unit) {
            const int tileWidth = int(tile.width * side_);
            tile.widget->setGeometry(x, y, tileWidth, tileHeight(side_));
            tile.widget->show();
            x += tileWidth + gap;
        }
    }
}

} // namespace concord
