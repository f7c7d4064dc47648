#include "ui/window/dock.h"

#include <QFrame>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QToolButton>
#include <QVBoxLayout>

namespace concord {

namespace {

QString titleOf(const Card &card)
{
    return QString::fromStdString(card.title);
}

} // namespace

Dock::Dock(const Card &card, Panel *panel, QWidget *parent)
    : QDockWidget(titleOf(card), parent)
    , panel_(panel)
{
    setObjectName(QString::fromStdString(card.id));
    setAccessibleName(titleOf(card));
    setToolTip({});

    auto *frame = new QFrame(this);
    auto *body = new QVBoxLayout(frame);
    body->addWidget(panel);
    setWidget(frame);
    // One slider in a line needs no title; "Panels" in the menu hides it.
    if (card.category == "timeline") {
        frame->setObjectName(QStringLiteral("dockPlain"));
        body->setContentsMargins(1, 1, 1, 1);
        setTitleBarWidget(new QWidget(this));
        return;
    }
    frame->setObjectName(QStringLiteral("dockBody"));
    body->setContentsMargins(1, 0, 1, 1);

    auto *title = new QFrame(this);
    title->setObjectName(QStringLiteral("dockTitle"));
    auto *row = new QHBoxLayout(title);
    row->setContentsMargins(10, 4, 4, 4);
    row->setSpacing(6);
    auto *name = new QLabel(QStringLiteral("<b>%1</b>").arg(titleOf(card).toHtmlEscaped()), title);
    auto *info = new QLabel(panel->headerInfo(), title);
    info->setObjectName(QStringLiteral("dockInfo"));
    row->addWidget(name);
    row->addStretch(1);
    row->addWidget(info);
    if (QWidget *controls = panel->headerControls())
        row->addWidget(controls);
    auto *more = new QToolButton(title);
    more->setProperty("quiet", true);
    more->setText(QStringLiteral("⋯"));
    more->setToolTip(tr("Float or hide this panel"));
    more->setAccessibleName(tr("Panel menu"));
    more->setPopupMode(QToolButton::InstantPopup);
    auto *menu = new QMenu(more);
    menu->addAction(tr("Float"), this, [this] { setFloating(!isFloating()); });
    menu->addAction(tr("Hide"), this, [this] { close(); });
    more->setMenu(menu);
    row->addWidget(more);
    title->setMinimumHeight(34);
    setTitleBarWidget(title);
    connect(panel, &Panel::headerInfoChanged, info, [info, panel] { info->setText(panel->headerInfo()); });
}

} // namespace concord
