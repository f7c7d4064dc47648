#include "ui/graph/group_commands.h"

#include "ui/graph/graph_groups.h"
#include "ui/graph/graph_view.h"
#include "ui/graph/node_item.h"

#include <QKeyEvent>
#include <QLineEdit>

#include <algorithm>

namespace concord {

GroupCommands::GroupCommands(GraphView &view, QObject *parent)
    : QObject(parent)
    , view_(view)
    , field_(new QLineEdit(&view))
{
    field_->setObjectName(QStringLiteral("groupTitle"));
    field_->setPlaceholderText(tr("Title of the group"));
    field_->setAccessibleName(tr("Title of the group"));
    field_->installEventFilter(this);
    field_->hide();
    connect(field_, &QLineEdit::returnPressed, this, &GroupCommands::takeTitle);

    group_ = add("group", tr("Group…"), {QKeySequence(Qt::CTRL | Qt::Key_G)}, [this] { group(); });
    needGroup_ += add("ungroup", tr("Ungroup"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_G)}, [this] { ungroup(); });
    needGroup_ += add("renameGroup", tr("Rename group…"), {QKeySequence(Qt::Key_F2)}, [this] { rename(); });
    needGroup_ += add("fold", tr("Collapse or expand group"), {QKeySequence(Qt::Key_Return), QKeySequence(Qt::Key_Enter)}, [this] { toggle(); });
    needAny_ += add("collapseAll", tr("Collapse all groups"), {QKeySequence(Qt::CTRL | Qt::Key_BracketLeft)}, [this] { foldAll(true); });
    needAny_ += add("expandAll", tr("Expand all groups"), {QKeySequence(Qt::CTRL | Qt::Key_BracketRight)}, [this] { foldAll(false); });
    connect(&view.document(), &ExperimentDocument::changed, this, &GroupCommands::showEnabled);
    showEnabled();
}

QAction *GroupCommands::add(const char *name, const QString &text, const QList<QKeySequence> &keys, std::function<void()> run)
{
    auto *action = new QAction(text, this);
    action->setObjectName(QStringLiteral("graph.") + QLatin1String(name));
    action->setShortcuts(keys);
    action->setShortcutContext(Qt::WidgetShortcut); // as all of the canvas's
    connect(action, &QAction::triggered, this, std::move(run));
    view_.addAction(action);
    all_ += action;
    return action;
}

std::set<std::string> GroupCommands::chosenNodes() const
{
    std::set<std::string> ids;
    for (const QString &id : view_.graphScene().chosenNodes())
        ids.insert(id.toStdString());
    return ids;
}

std::set<std::string> GroupCommands::chosenTitles() const
{
    return groupsOf(view_.document().graph(), chosenNodes());
}

void GroupCommands::showEnabled()
{
    const std::set<std::string> titles = chosenTitles();
    group_->setEnabled(!view_.document().selection().isEmpty());
    for (QAction *action : std::as_const(needGroup_))
        action->setEnabled(!titles.empty());
    for (QAction *action : std::as_const(needAny_))
        action->setEnabled(!view_.graphScene().groups().all().empty());
    // The menu says which of the two it will be.
    const auto &collapsed = view_.document().graph().collapsed;
    const bool expands = !titles.empty() && std::ranges::all_of(titles, [&](const std::string &title) { return collapsed.contains(title); });
    for (QAction *action : std::as_const(all_))
        if (action->objectName() == u"graph.fold")
            action->setText(titles.empty() ? tr("Collapse or expand group") : expands ? tr("Expand group") : tr("Collapse group"));
}

void GroupCommands::group()
{
    const std::set<std::string> nodes = chosenNodes();
    if (nodes.empty())
        return;
    // With blocks of one group the others join it.
    const std::set<std::string> titles = chosenTitles();
    const std::string suggestion = titles.size() == 1 ? *titles.begin() : freeGroupTitle(view_.document().graph(), tr("Group").toStdString());
    askTitle(QString::fromStdString(suggestion), [this, nodes](const std::string &title) {
        view_.document().applyGraph(tr("Group %1").arg(QString::fromStdString(title)), grouped(view_.document().graph(), nodes, title));
    });
}

void GroupCommands::ungroup()
{
    const std::set<std::string> titles = chosenTitles();
    std::set<std::string> members;
    for (const std::string &title : titles)
        if (const auto group = view_.graphScene().groups().all().find(title); group != view_.graphScene().groups().all().end())
            members.insert(group->second.members.begin(), group->second.members.end());
    view_.document().applyGraph(tr("Ungroup"), grouped(view_.document().graph(), members, {}));
}

void GroupCommands::rename()
{
    const std::set<std::string> titles = chosenTitles();
    if (titles.empty())
        return;
    const std::string before = *titles.begin();
    askTitle(QString::fromStdString(before), [this, before](const std::string &title) {
        if (title != before)
            view_.document().applyGraph(tr("Rename group"), withGroupTitle(view_.document().graph(), before, freeGroupTitle(view_.document().graph(), title)));
    });
}

void GroupCommands::toggle()
{
    const std::set<std::string> titles = chosenTitles();
    const auto &collapsed = view_.document().graph().collapsed;
    const bool expands = std::ranges::all_of(titles, [&](const std::string &title) { return collapsed.contains(title); });
    view_.graphScene().fold(titles, !expands);
}

void GroupCommands::foldAll(bool collapsed)
{
    std::set<std::string> titles;
    for (const auto &[title, group] : view_.graphScene().groups().all())
        titles.insert(title);
    view_.graphScene().fold(titles, collapsed);
}

void GroupCommands::askTitle(const QString &suggestion, std::function<void(const std::string &)> use)
{
    const QRectF chosen = view_.graphScene().nodesRect(true);
    if (!chosen.isEmpty())
        view_.ensureVisible(chosen, 20, 50);
    const QPoint corner = view_.viewport()->mapTo(&view_, view_.mapFromScene(chosen.isEmpty() ? view_.centreScenePos() : chosen.topLeft()));
    use_ = std::move(use);
    field_->resize(240, field_->sizeHint().height());
    field_->move(std::clamp(corner.x(), 8, std::max(8, view_.width() - field_->width() - 8)),
                 std::clamp(corner.y() - field_->height() - 8, 8, std::max(8, view_.height() - field_->height() - 8)));
    field_->setText(suggestion);
    field_->selectAll();
    field_->show();
    field_->raise();
    field_->setFocus();
}

void GroupCommands::takeTitle()
{
    const std::function<void(const std::string &)> use = std::exchange(use_, nullptr);
    const QString title = field_->text().simplified();
    const bool hadKeyboard = field_->hasFocus();
    field_->hide();
    if (hadKeyboard)
        view_.setFocus();
    if (use && !title.isEmpty())
        use(title.toStdString());
}

bool GroupCommands::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut && use_ && static_cast<QFocusEvent *>(event)->reason() != Qt::ActiveWindowFocusReason)
        takeTitle(); // a click elsewhere keeps what was typed
    if (event->type() == QEvent::KeyPress && static_cast<QKeyEvent *>(event)->key() == Qt::Key_Escape) {
        use_ = nullptr;
        takeTitle();
        return true;
    }
    return QObject::eventFilter(watched, event);
}

} // namespace concord
