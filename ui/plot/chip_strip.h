#pragma once

#include "ui/model/theme.h"

#include <QWidget>

#include <vector>

namespace concord {

/// A legend that is also a row of switches: a coloured square and a name each; a click, or Space at the keyboard's place, hides and shows.
class ChipStrip : public QWidget
{
    Q_OBJECT

public:
    struct Chip
    {
        QString label;
        QColor colour;
        bool on = true;
        bool hollow = false;   ///< second runs

        bool operator==(const Chip &) const = default;
    };

    explicit ChipStrip(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    void setChips(const std::vector<Chip> &chips);
    const std::vector<Chip> &chips() const { return chips_; }
    QRect chipRect(int index) const;

    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override;
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    void toggled(int index);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    bool event(QEvent *event) override;

private:
    std::vector<QRect> rects(int width) const;
    int chipAt(const QPoint &at) const;

    Theme theme_ = Theme::light();
    std::vector<Chip> chips_;
    int current_ = 0;
};

} // namespace concord
