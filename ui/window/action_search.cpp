#include "ui/window/action_search.h"

#include "core/session/session.h"
#include "ui/widget/fuzzy.h"
#include "ui/window/main_window.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QVBoxLayout>

#include <algorithm>

namespace concord {

ActionSearch::ActionSearch(std::vector<Entry> entries, QWidget *parent)
    : QDialog(parent, Qt::Popup)
    , entries_(std::move(entries))
    , field_(new QLineEdit(this))
    , list_(new QListWidget(this))
{
    setObjectName(QStringLiteral("actionSearch"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(520, 380);
    field_->setPlaceholderText(tr("Type an action, a block or a run …"));
    field_->installEventFilter(this);
    list_->setFocusPolicy(Qt::NoFocus);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(8, 8, 8, 8);
    layout->addWidget(field_);
    layout->addWidget(list_);
    connect(field_, &QLineEdit::textChanged, this, &ActionSearch::filter);
    connect(field_, &QLineEdit::returnPressed, this, &ActionSearch::take);
    connect(list_, &QListWidget::itemClicked, this, &ActionSearch::take);
    filter();
    field_->setFocus();
}

void ActionSearch::filter()
{
    std::vector<std::pair<int, int>> ranked;   // score, entry
    for (std::size_t i = 0; i < entries_.size(); ++i)
        if (const auto score = fuzzyScore(field_->text(), entries_[i].text))
            ranked.emplace_back(*score, int(i));
    std::ranges::stable_sort(ranked, std::greater<>(), &std::pair<int, int>::first);
    list_->clear();
    for (const auto &[score, index] : ranked) {
        const Entry &entry = entries_[std::size_t(index)];
        auto *item = new QListWidgetItem(entry.detail.isEmpty() ? entry.text : tr("%1   (%2)").arg(entry.text, entry.detail), list_);
        item->setData(Qt::UserRole, index);
    }
    list_->setCurrentRow(0);
}

void ActionSearch::take()
{
    if (!list_->currentItem())
        return;
    const auto act = entries_[std::size_t(list_->currentItem()->data(Qt::UserRole).toInt())].act;
    close();
    act();
}

bool ActionSearch::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Down || key == Qt::Key_Up) {
            list_->setCurrentRow(std::clamp(list_->currentRow() + (key == Qt::Key_Down ? 1 : -1), 0, std::max(0, list_->count() - 1)));
            return true;
        }
    }
    return QDialog::eventFilter(watched, event);
}

void MainWindow::searchActions()
{
    std::vector<ActionSearch::Entry> entries;
    const std::function<void(const QMenu *, const QString &)> collect = [&](const QMenu *menu, const QString &path) {
        for (QAction *action : menu->actions()) {
            if (action->menu())
                collect(action->menu(), action->text());
            else if (action->isEnabled() && !action->isSeparator())
                entries.push_back({QString(action->text()).remove(u'&'), (path + u' ' + action->shortcut().toString(QKeySequence::NativeText)).trimmed(), [action] { action->trigger(); }});
        }
    };
    for (QAction *top : menuBar()->actions())
        if (top->menu())
            collect(top->menu(), QString(top->text()).remove(u'&'));
    for (const char *family : {"formats", "blocks", "losses"})
        for (const Card &card : listCards(family))
            entries.push_back({tr("Insert %1").arg(QString::fromStdString(card.title)), QString::fromStdString(card.category), [this, id = QString::fromStdString(card.id)] {
                                   const auto &nodes = workspace_.document.graph().nodes;
                                   const double x = nodes.empty() ? 0 : std::ranges::max(nodes, {}, &Node::x).x + 60;
                                   const QString node = workspace_.document.addNode(id, x, nodes.empty() ? 0 : nodes.back().y + 120);
                                   setMode(Mode::design);
                                   workspace_.document.select({node});
                               }});
    for (const RunSummary &run : workspace_.project.runs())
        entries.push_back({tr("Show run %1 %2").arg(run.number).arg(QString::fromStdString(run.name)), {}, [this, number = run.number] {
                               workspace_.showRuns({number});
                               setMode(Mode::train);
                           }});
    auto *search = new ActionSearch(std::move(entries), this);
    search->move(mapToGlobal(QPoint((width() - search->width()) / 2, 70)));
    search->show();
}

} // namespace concord
