#pragma once

#include "ui/image/recolour.h"
#include "ui/model/theme.h"

#include <QWidget>

namespace concord {

/// The bar beside depth pictures: which colour is how many metres.
class ColourScale : public QWidget
{
    Q_OBJECT

public:
    explicit ColourScale(QWidget *parent = nullptr)
        : QWidget(parent)
    {
    }

    void setTheme(const Theme &theme);
    void setRange(const DepthRange &range, const QString &unit);
    QString topText() const;
    QString bottomText() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Theme theme_ = Theme::light();
    DepthRange range_;
    QString unit_;
};

} // namespace concord
