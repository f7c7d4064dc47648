#pragma once

#include "ui/model/theme.h"

#include <QWidget>

#include <cstdint>
#include <vector>

namespace concord {

/// One slider over a run's steps. Ticks mark the evaluations with stored predictions; the handle snaps to them. Left and right go from
/// tick to tick, Home and End to the first and to *follow*.
class TimelineBar : public QWidget
{
    Q_OBJECT

public:
    explicit TimelineBar(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    void setSteps(std::int64_t done, std::int64_t total, const std::vector<std::int64_t> &ticks);
    void setStep(std::int64_t step);   ///< −1: follow
    std::int64_t step() const { return step_; }
    std::int64_t nextTick(int direction) const;   ///< −1 past the last

    double xOf(std::int64_t step) const;
    std::int64_t stepAt(double x) const;   ///< snapped to a tick within 5 pixels; −1 at or past the end of what is done

    QSize sizeHint() const override { return {300, 28}; }
    QSize minimumSizeHint() const override { return {80, 24}; }

Q_SIGNALS:
    void picked(qint64 step);

protected:
    void paintEvent(QPaintEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void wheelEvent(QWheelEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    Theme theme_ = Theme::light();
    std::int64_t done_ = 0;
    std::int64_t total_ = 0;
    std::int64_t step_ = -1;
    std::vector<std::int64_t> ticks_;
};

} // namespace concord
