#include "ui/widget/scroll_page.h"

#include <QScrollArea>

namespace concord {

void fillWithPanelColour(QWidget *widget)
{
    widget->setBackgroundRole(QPalette::Base);
    widget->setAutoFillBackground(true);
}

QVBoxLayout *addScrollPage(QWidget *panel, const QMargins &margins)
{
    auto *page = new QWidget;
    fillWithPanelColour(page);
    auto *rows = new QVBoxLayout(page);
    rows->setContentsMargins(margins);
    rows->setSpacing(8);
    auto *area = new QScrollArea(panel);
    area->setWidgetResizable(true);
    area->setFrameShape(QFrame::NoFrame);
    area->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    area->setWidget(page);
    auto *layout = new QVBoxLayout(panel);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(area);
    return rows;
}

} // namespace concord
