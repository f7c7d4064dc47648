#include "ui/widget/method_ticks.h"

#include "core/session/session.h"
#include "ui/widget/fuzzy.h"

#include <QLineEdit>
#include <QListWidget>
#include <QVBoxLayout>

#include <algorithm>

namespace concord {

MethodTicks::MethodTicks(QWidget *parent)
    : QWidget(parent)
    , search_(new QLineEdit)
    , list_(new QListWidget)
{
    search_->setPlaceholderText(tr("Type to find a method…"));
    search_->setAccessibleName(tr("Find a method"));
    search_->setClearButtonEnabled(true);
    list_->setObjectName(QStringLiteral("methodTicks"));
    list_->setAccessibleName(tr("Methods"));
    list_->setFrameShape(QFrame::NoFrame);
    list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    list_->setMinimumHeight(56);
    auto *rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(6);
    rows->addWidget(search_);
    rows->addWidget(list_, 1);
    connect(search_, &QLineEdit::textChanged, this, [this] { fill(); });
    connect(list_, &QListWidget::itemChanged, this, [this](const QListWidgetItem *item) {
        if (filling_)
            return;
        const QString id = item->data(Qt::UserRole).toString();
        chosen_.removeAll(id);
        if (item->checkState() == Qt::Checked)
            chosen_ += id;
        Q_EMIT chosenChanged();
    });
    fill();
}

void MethodTicks::setChosen(const QStringList &ids)
{
    chosen_ = ids;
    fill();
    Q_EMIT chosenChanged();
}

void MethodTicks::setOwn(const QString &id)
{
    own_ = id;
    fill();
}

void MethodTicks::fill()
{
    filling_ = true;
    list_->clear();
    const QString typed = search_->text().trimmed();
    std::vector<std::pair<int, Card>> found;
    for (const Card &card : listCards("balance"))
        if (const std::optional<int> score = typed.isEmpty() ? std::optional(0) : cardScore(typed, card))
            found.emplace_back(*score, card);
    std::ranges::stable_sort(found, [&](const auto &a, const auto &b) {
        if (a.first != b.first)
            return a.first > b.first;
        const bool first = chosen_.contains(QString::fromStdString(a.second.id));
        const bool second = chosen_.contains(QString::fromStdString(b.second.id));
        return first != second ? first : QString::compare(QString::fromStdString(a.second.title), QString::fromStdString(b.second.title), Qt::CaseInsensitive) < 0;
    });
    for (const auto &[score, card] : found) {
        const QString id = QString::fromStdString(card.id);
        const bool isOwn = id == own_;
        const QString title = QString::fromStdString(card.title);
        auto *item = new QListWidgetItem(title, list_);
        QFont font = list_->font();
        font.setBold(isOwn);   // words beside it would be cut off in a narrow column
        item->setFont(font);
        item->setData(Qt::UserRole, id);
        item->setData(Qt::AccessibleTextRole, isOwn ? tr("%1, the run's own").arg(title) : title);
        item->setToolTip((isOwn ? tr("The run's own method.\n") : QString()) + QString::fromStdString(card.summary + (card.paper.empty() ? "" : "\n" + card.paper)));
        item->setFlags(Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
        item->setCheckState(chosen_.contains(id) ? Qt::Checked : Qt::Unchecked);
    }
    filling_ = false;
}

} // namespace concord
