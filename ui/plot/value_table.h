#pragma once

#include "ui/model/theme.h"

#include <QWidget>

#include <vector>

namespace concord {

/// The small table beside a crosshair: a heading and one coloured line per curve. Lets the mouse through.
class ValueTable : public QWidget
{
public:
    struct Row
    {
        QColor colour;
        QString label;
        QString value;
        bool hollow = false;
    };

    explicit ValueTable(QWidget *parent);

    void setTheme(const Theme &theme) { theme_ = theme; update(); }

    /// Shows it beside the vertical line at x, inside `area`; without rows it hides.
    void show(const QString &heading, std::vector<Row> rows, int x, const QRect &area);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    static constexpr std::size_t mostRows = 14;
    Theme theme_ = Theme::light();
    QString heading_;
    std::vector<Row> rows_;
};

} // namespace concord
