#include "ui/widget/choice_tree.h"

#include "ui/widget/fuzzy.h"

#include <QApplication>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLineEdit>
#include <QToolButton>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <algorithm>
#include <limits>

namespace concord {

namespace {

constexpr int choiceIdRole = Qt::UserRole;

bool canBeTicked(const QTreeWidgetItem *item)
{
    return item->flags() & Qt::ItemIsUserCheckable;
}

} // namespace

ChoiceTree::ChoiceTree(const QString &find, int columns, QWidget *parent)
    : QWidget(parent)
    , search_(new QLineEdit(this))
    , list_(new QTreeWidget(this))
{
    search_->setPlaceholderText(find);
    search_->setAccessibleName(find);
    search_->setClearButtonEnabled(true);
    search_->installEventFilter(this);
    list_->setColumnCount(1 + columns);
    list_->setHeaderHidden(true);
    list_->setRootIsDecorated(false);
    list_->setIndentation(0);
    list_->setStyleSheet(QStringLiteral("QTreeView::item { border-radius: 0; }"));   // one bar over all columns
    list_->setUniformRowHeights(true);
    list_->header()->setStretchLastSection(false);
    list_->header()->setMinimumSectionSize(20);
    list_->header()->setSectionResizeMode(0, QHeaderView::Stretch);
    for (int column = 1; column <= columns; ++column)
        list_->header()->setSectionResizeMode(column, QHeaderView::ResizeToContents);

    auto *line = new QHBoxLayout;
    line->setSpacing(4);
    line->addWidget(search_, 1);
    for (const bool on : {true, false}) {
        auto *button = new QToolButton(this);
        button->setText(on ? tr("All") : tr("None"));
        button->setToolTip(on ? tr("Tick all that are listed") : tr("Untick all that are listed"));
        button->setObjectName(on ? QStringLiteral("tickAll") : QStringLiteral("tickNone"));
        connect(button, &QToolButton::clicked, this, [this, on] { checkShown(on); });
        line->addWidget(button);
    }
    auto *rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(6);
    rows->addLayout(line);
    rows->addWidget(list_, 1);
    connect(search_, &QLineEdit::textChanged, this, &ChoiceTree::filter);
    connect(list_, &QTreeWidget::currentItemChanged, this, &ChoiceTree::currentChanged);
    connect(list_, &QTreeWidget::itemChanged, this, [this](QTreeWidgetItem *, int column) {
        if (column == 0 && !filling_)
            Q_EMIT checkedChanged();
    });
}

bool ChoiceTree::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QWidget::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
        if (QTreeWidgetItem *at = list_->currentItem(); at && canBeTicked(at) && static_cast<QKeyEvent *>(event)->modifiers() == Qt::NoModifier) {
            at->setCheckState(0, at->checkState(0) == Qt::Checked ? Qt::Unchecked : Qt::Checked);
            return true;
        }
    } else if (key == Qt::Key_Down || key == Qt::Key_Up || key == Qt::Key_PageDown || key == Qt::Key_PageUp) {
        QApplication::sendEvent(list_, event);
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

QTreeWidgetItem *ChoiceTree::heading(const QString &title)
{
    for (int i = 0; i < list_->topLevelItemCount(); ++i)
        if (list_->topLevelItem(i)->text(0) == title)
            return list_->topLevelItem(i);
    auto *made = new QTreeWidgetItem(list_, {title});
    made->setFlags(Qt::ItemIsEnabled);
    made->setFirstColumnSpanned(true);
    made->setForeground(0, palette().placeholderText());
    return made;
}

void ChoiceTree::setChoices(const std::vector<Choice> &choices)
{
    const QStringList before = checked();
    const QString focus = list_->currentItem() ? list_->currentItem()->data(0, choiceIdRole).toString() : QString();
    filling_ = true;
    choices_ = choices;
    list_->clear();
    for (const bool refused : {false, true})
        for (const Choice &each : choices_) {
            if (each.refusal.isEmpty() == refused)
                continue;
            const QString id = QString::fromStdString(each.card.id);
            const QString title = QString::fromStdString(each.card.title);
            auto *entry = new QTreeWidgetItem(heading(refused ? tr("Not here") : each.heading), {refused ? title + QStringLiteral(": ") + each.refusal : title});
            entry->setData(0, choiceIdRole, id);
            entry->setFlags(refused || each.always ? Qt::ItemIsEnabled | Qt::ItemIsSelectable : Qt::ItemIsEnabled | Qt::ItemIsSelectable | Qt::ItemIsUserCheckable);
            entry->setToolTip(0, refused ? each.refusal : QString::fromStdString(each.card.summary));
            if (refused) {
                entry->setFirstColumnSpanned(true);
                entry->setForeground(0, palette().placeholderText());
                continue;
            }
            entry->setCheckState(0, each.always || before.contains(id) ? Qt::Checked : Qt::Unchecked);
            for (int column = 1; column <= each.figures.size(); ++column) {
                entry->setText(column, each.figures[column - 1]);
                entry->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
                entry->setForeground(column, palette().placeholderText());
            }
        }
    list_->expandAll();
    filling_ = false;
    filter();
    if (!focus.isEmpty())
        show(focus);
}

QTreeWidgetItem *ChoiceTree::item(const QString &id) const
{
    for (int i = 0; i < list_->topLevelItemCount(); ++i)
        for (int j = 0; j < list_->topLevelItem(i)->childCount(); ++j)
            if (QTreeWidgetItem *child = list_->topLevelItem(i)->child(j); child->data(0, choiceIdRole).toString() == id)
                return child;
    return nullptr;
}

const Choice *ChoiceTree::choice(const QTreeWidgetItem *of) const
{
    if (!of)
        return nullptr;
    const auto it = std::ranges::find(choices_, of->data(0, choiceIdRole).toString().toStdString(), [](const Choice &each) { return each.card.id; });
    return it == choices_.end() ? nullptr : &*it;
}

const Choice *ChoiceTree::current() const
{
    return choice(list_->currentItem());
}

void ChoiceTree::show(const QString &id)
{
    if (QTreeWidgetItem *found = item(id)) {
        list_->setCurrentItem(found);
        list_->scrollToItem(found, QAbstractItemView::PositionAtCenter);
    }
}

void ChoiceTree::check(const QString &id, bool on)
{
    if (QTreeWidgetItem *found = item(id); found && canBeTicked(found))
        found->setCheckState(0, on ? Qt::Checked : Qt::Unchecked);
}

bool ChoiceTree::isChecked(const QString &id) const
{
    const QTreeWidgetItem *found = item(id);
    return found && found->checkState(0) == Qt::Checked;
}

QStringList ChoiceTree::checked() const
{
    QStringList ids;
    for (const Choice &each : choices_)
        if (const QString id = QString::fromStdString(each.card.id); isChecked(id))
            ids += id;
    return ids;
}

void ChoiceTree::checkShown(bool on)
{
    filling_ = true;
    for (int i = 0; i < list_->topLevelItemCount(); ++i)
        for (int j = 0; j < list_->topLevelItem(i)->childCount(); ++j)
            if (QTreeWidgetItem *child = list_->topLevelItem(i)->child(j); canBeTicked(child) && !child->isHidden())
                child->setCheckState(0, on ? Qt::Checked : Qt::Unchecked);
    filling_ = false;
    Q_EMIT checkedChanged();
}

void ChoiceTree::filter()
{
    const QString typed = search_->text().trimmed();
    QTreeWidgetItem *best = nullptr;
    int highest = 0;
    for (int i = 0; i < list_->topLevelItemCount(); ++i) {
        QTreeWidgetItem *group = list_->topLevelItem(i);
        bool any = false;
        for (int j = 0; j < group->childCount(); ++j) {
            QTreeWidgetItem *child = group->child(j);
            const Choice *found = choice(child);
            constexpr int none = std::numeric_limits<int>::min();
            const int score = found ? cardScore(typed, found->card).value_or(none) : none;
            child->setHidden(score == none);
            any = any || score != none;
            if (score != none && (!best || score > highest)) {
                best = child;
                highest = score;
            }
        }
        group->setHidden(!any);
    }
    if (!typed.isEmpty() || !current())
        list_->setCurrentItem(best);
}

} // namespace concord
