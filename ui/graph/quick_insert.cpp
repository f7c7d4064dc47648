#include "ui/graph/quick_insert.h"

#include "ui/widget/fuzzy.h"
#include "ui/widget/swatch.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace concord {

QuickInsert::QuickInsert(QWidget *parent)
    : QFrame(parent)
    , field_(new QLineEdit(this))
    , list_(new QListWidget(this))
{
    setObjectName(QStringLiteral("quickInsert"));
    setFrameShape(QFrame::NoFrame);
    setAutoFillBackground(true);
    field_->setPlaceholderText(tr("Type to find a block…"));
    field_->installEventFilter(this);
    list_->setFocusPolicy(Qt::NoFocus);
    list_->setUniformItemSizes(true);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setItemDelegate(new BlockDelegate(list_));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->setSpacing(6);
    layout->addWidget(field_);
    layout->addWidget(list_);
    connect(field_, &QLineEdit::textChanged, this, &QuickInsert::filter);
    connect(list_, &QListWidget::itemClicked, this, &QuickInsert::take);
    hide();
}

void QuickInsert::open(const QPoint &at, std::vector<Card> cards, const QString &typed, const Theme &theme)
{
    cards_ = std::move(cards);
    theme_ = theme;
    setStyleSheet(QStringLiteral("#quickInsert { background: %1; border: 1px solid %2; border-radius: 8px; }").arg(theme.panel.name(), theme.line.name()));
    at_ = at;
    field_->setText(typed);
    filter();
    show();
    raise();
    field_->setFocus();
    field_->end(false);
}

void QuickInsert::filter()
{
    const QString typed = field_->text();
    std::vector<std::pair<int, const Card *>> ranked;
    for (const Card &card : cards_)
        if (const std::optional<int> score = cardScore(typed, card))
            ranked.emplace_back(*score, &card);
    if (!typed.isEmpty())
        std::ranges::stable_sort(ranked, std::greater<>(), [](const auto &pair) { return pair.first; });
    list_->clear();
    for (const auto &[score, card] : ranked)
        list_->addItem(blockItem(*card, theme_));
    if (ranked.empty()) {
        auto *nothing = new QListWidgetItem(cards_.empty() ? tr("No block fits here") : tr("No block is called so"), list_);
        nothing->setFlags(Qt::NoItemFlags);
    }
    list_->setCurrentRow(0);
    settle();
}

void QuickInsert::settle()
{
    // As tall as its lines, twelve at most, and inside the canvas.
    const int lines = std::clamp(list_->count(), 1, 12);
    list_->setFixedHeight(lines * list_->sizeHintForRow(0) + 4);
    resize(280, layout()->sizeHint().height());
    const QSize room = parentWidget()->size() - size();
    move(std::clamp(at_.x(), 4, std::max(4, room.width() - 4)), std::clamp(at_.y(), 4, std::max(4, room.height() - 4)));
}

void QuickInsert::take()
{
    const QListWidgetItem *item = list_->currentItem();
    const QString type = item ? item->data(blockTypeRole).toString() : QString();
    if (type.isEmpty())
        return;
    dismiss();
    Q_EMIT chosen(type);
}

void QuickInsert::dismiss()
{
    hide();
    parentWidget()->setFocus();
}

bool QuickInsert::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut && isVisible() && static_cast<QFocusEvent *>(event)->reason() != Qt::ActiveWindowFocusReason)
        hide();
    if (event->type() != QEvent::KeyPress)
        return QFrame::eventFilter(watched, event);
    const int row = list_->currentRow();
    switch (static_cast<QKeyEvent *>(event)->key()) {
    case Qt::Key_Down:
        list_->setCurrentRow(std::min(row + 1, list_->count() - 1));
        return true;
    case Qt::Key_Up:
        list_->setCurrentRow(std::max(row - 1, 0));
        return true;
    case Qt::Key_Tab:
    case Qt::Key_Return:
    case Qt::Key_Enter:
        take();
        return true;
    case Qt::Key_Escape:
        dismiss();
        return true;
    default:
        return QFrame::eventFilter(watched, event);
    }
}

} // namespace concord
