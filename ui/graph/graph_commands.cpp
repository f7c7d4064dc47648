#include "ui/graph/graph_commands.h"

#include "core/graph/experiment.h"
#include "ui/graph/auto_layout.h"
#include "ui/graph/frame_item.h"
#include "ui/graph/graph_view.h"
#include "ui/graph/group_commands.h"
#include "ui/graph/link_item.h"
#include "ui/graph/node_item.h"

#include <QClipboard>
#include <QGuiApplication>
#include <QMenu>

#include <algorithm>

namespace concord {

namespace {

/// A data node's image leaves above its labels: the network goes on at that height.
double lineOf(const NodeLook &look)
{
    const bool named = std::ranges::any_of(look.ports, &PortLook::named);
    const auto main = std::ranges::find_if(look.ports, [](const PortLook &port) { return !port.input && !port.named; });
    return named && main != look.ports.end() ? main->at.y() : -1;
}

} // namespace

GraphCommands::GraphCommands(GraphView &view)
    : QObject(&view)
    , view_(view)
    , layout_(new AutoLayout(this))
{
    add("insert", tr("Insert block…"), {Qt::Key_Space}, [this] { view_.openInsert(view_.cursorScenePos()); });
    add("insertAfter", tr("Insert after selection…"), {Qt::Key_Tab}, [this] { view_.openInsertAfterSelection(); });
    separate();
    needSelection_ += add("cut", tr("Cut"), QKeySequence::keyBindings(QKeySequence::Cut), [this] { cut(); });
    needSelection_ += add("copy", tr("Copy"), QKeySequence::keyBindings(QKeySequence::Copy), [this] { copy(); });
    add("paste", tr("Paste"), QKeySequence::keyBindings(QKeySequence::Paste), [this] { paste(); });
    needSelection_ += add("duplicate", tr("Duplicate"), {QKeySequence(Qt::CTRL | Qt::Key_D)}, [this] { duplicate(); });
    needSelection_ += add("delete", tr("Delete"), {QKeySequence(Qt::Key_Delete), QKeySequence(Qt::Key_Backspace)}, [this] { remove(false); });
    needSelection_ += add("deleteHeal", tr("Delete and close the gap"), {QKeySequence(Qt::CTRL | Qt::Key_Delete)}, [this] { remove(true); });
    add("selectAll", tr("Select all"), QKeySequence::keyBindings(QKeySequence::SelectAll), [this] { selectAll(); });
    separate();
    needSelection_ += add("link", tr("Link selected blocks"), {QKeySequence(Qt::CTRL | Qt::Key_L)}, [this] { linkSelected(); });
    needSelection_ += add("unlink", tr("Unlink selected blocks"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_L)}, [this] { unlinkSelected(); });
    add("arrange", tr("Arrange automatically"), {QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_O)}, [this] { arrange(); });
    separate();
    groups_ = new GroupCommands(view_, this);
    all_ += groups_->list();
    separate();
    add("fitAll", tr("Fit all"), {QKeySequence(Qt::Key_F), QKeySequence(Qt::CTRL | Qt::Key_0)}, [this] { view_.fit(false); });
    needSelection_ += add("fitSelection", tr("Fit selection"), {QKeySequence(Qt::SHIFT | Qt::Key_F)}, [this] { view_.fit(true); });
    add("actualSize", tr("Actual size"), {QKeySequence(Qt::Key_1)}, [this] { view_.zoomTo(1); });
    add("zoomIn", tr("Zoom in"), QKeySequence::keyBindings(QKeySequence::ZoomIn), [this] { view_.zoomTo(view_.scale() * 1.25); });
    add("zoomOut", tr("Zoom out"), QKeySequence::keyBindings(QKeySequence::ZoomOut), [this] { view_.zoomTo(view_.scale() / 1.25); });
    separate();
    needSelection_ += add("help", tr("About this block"), {QKeySequence(Qt::Key_F1)}, [this] {
        if (const Node *node = view_.document().graph().find(selected().empty() ? std::string() : *selected().begin()))
            view_.document().showCard(QString::fromStdString(node->type));
    });

    connect(&view_.graphScene(), &QGraphicsScene::selectionChanged, this, &GraphCommands::showEnabled);
    connect(&view_.document(), &ExperimentDocument::selectionChanged, this, &GraphCommands::showEnabled);
    connect(layout_, &AutoLayout::finished, this, [this](const LayoutResult &corners) {
        TaskGraph next = view_.document().graph();
        for (Node &node : next.nodes)
            if (const NodeItem *item = view_.graphScene().nodeItem(QString::fromStdString(node.id)))
                if (const auto corner = corners.find(item->id()); corner != corners.end()) {
                    // Blocks of a collapsed group go along with it.
                    node.x = corner->x() + (node.x - item->home().x());
                    node.y = corner->y() + (node.y - item->home().y());
                }
        view_.document().applyGraph(tr("Arrange"), next);
        view_.fit(false);
    });
    showEnabled();
}

QAction *GraphCommands::add(const char *name, const QString &text, const QList<QKeySequence> &keys, std::function<void()> run)
{
    auto *action = new QAction(text, this);
    action->setObjectName(QStringLiteral("graph.") + QLatin1String(name));
    action->setShortcuts(keys);
    // Only while the canvas itself has the keyboard: its search field and other panels keep their keys.
    action->setShortcutContext(Qt::WidgetShortcut);
    connect(action, &QAction::triggered, this, std::move(run));
    view_.addAction(action);
    all_ += action;
    return action;
}

void GraphCommands::separate()
{
    auto *line = new QAction(this);
    line->setSeparator(true);
    all_ += line;
}

void GraphCommands::showEnabled()
{
    const bool any = !view_.document().selection().isEmpty() || !view_.graphScene().selectedLinks().empty();
    for (QAction *action : std::as_const(needSelection_))
        action->setEnabled(any);
    groups_->showEnabled();
}

std::set<std::string> GraphCommands::selected() const
{
    std::set<std::string> ids;
    for (const QString &id : view_.graphScene().chosenNodes())
        ids.insert(id.toStdString());
    return ids;
}

void GraphCommands::copy() const
{
    if (!selected().empty())
        QGuiApplication::clipboard()->setText(QString::fromStdString(toJson(part(view_.document().graph(), selected()))));
}

void GraphCommands::cut()
{
    copy();
    view_.document().removeNodes(view_.graphScene().chosenNodes(), false);
}

void GraphCommands::paste()
{
    try {
        const TaskGraph addition = graphFromJson(QGuiApplication::clipboard()->text().toStdString());
        if (addition.nodes.empty())
            return;
        double left = addition.nodes.front().x;
        double top = addition.nodes.front().y;
        for (const Node &node : addition.nodes) {
            left = std::min(left, node.x);
            top = std::min(top, node.y);
        }
        const QPointF at = view_.cursorScenePos();
        const QPointF offset(std::round((at.x() - left) / 4) * 4, std::round((at.y() - top) / 4) * 4);
        std::set<std::string> ids;
        view_.document().applyGraph(tr("Paste"), withPart(view_.document().graph(), addition, offset, &ids));
        QSet<QString> fresh;
        for (const std::string &id : ids)
            fresh.insert(QString::fromStdString(id));
        view_.document().select(fresh);
    } catch (const Error &) {
        view_.graphScene().refuse(tr("The clipboard holds no blocks."), view_.cursorScenePos());
    }
}

void GraphCommands::duplicate()
{
    const TaskGraph addition = part(view_.document().graph(), selected());
    if (addition.nodes.empty())
        return;
    std::set<std::string> ids;
    view_.document().applyGraph(tr("Duplicate"), withPart(view_.document().graph(), addition, {32, 72}, &ids));
    QSet<QString> fresh;
    for (const std::string &id : ids)
        fresh.insert(QString::fromStdString(id));
    view_.document().select(fresh);
}

void GraphCommands::remove(bool heal)
{
    const std::vector<Edge> links = view_.graphScene().selectedLinks();
    const QSet<QString> nodes = view_.graphScene().chosenNodes();
    if (!nodes.isEmpty()) {
        view_.document().removeNodes(nodes, heal);
        return;
    }
    TaskGraph next = view_.document().graph();
    std::erase_if(next.edges, [&](const Edge &edge) { return std::ranges::find(links, edge) != links.end(); });
    view_.document().applyGraph(tr("Unlink"), next);
}

void GraphCommands::selectAll()
{
    QSet<QString> ids;
    for (const Node &node : view_.document().graph().nodes)
        ids.insert(QString::fromStdString(node.id));
    view_.document().select(ids);
}

void GraphCommands::linkSelected()
{
    // From left to right, each to the next.
    QList<NodeItem *> chain = view_.graphScene().chosenItems();
    std::ranges::stable_sort(chain, {}, [](const NodeItem *item) { return item->pos().x(); });
    TaskGraph next = view_.document().graph();
    QString refusal;
    for (qsizetype i = 0; i + 1 < chain.size(); ++i) {
        const Analysis analysis = analyse(next);
        const std::vector<std::string> targets = chain[i + 1]->nodes();
        bool linked = false;
        for (const PortLook &port : chain[i]->look().ports) {
            const Joint joint{port.ref(), true};
            if (port.input || linked)
                continue;
            if (const std::optional<PortRef> target = fittingPort(next, analysis, joint, targets)) {
                addLink(next, joint, *target);
                linked = true;
            } else if (refusal.isEmpty()) {
                refusal = refusalOf(next, analysis, joint, targets.front());
            }
        }
        if (linked)
            refusal.clear();
        else
            break;
    }
    view_.graphScene().refuse(chain.size() < 2 ? tr("Select two blocks to link them.") : refusal, view_.centreScenePos());
    view_.document().applyGraph(tr("Link"), next);
}

void GraphCommands::unlinkSelected()
{
    TaskGraph next = view_.document().graph();
    const GraphScene &scene = view_.graphScene();
    const bool isOne = scene.chosenItems().size() == 1;
    // Of one block all links, of several those between them; those inside a collapsed group are not seen and stay.
    std::erase_if(next.edges, [&](const Edge &edge) {
        const NodeItem *from = scene.nodeItem(QString::fromStdString(edge.from.node));
        const NodeItem *to = scene.nodeItem(QString::fromStdString(edge.to.node));
        if (!from || !to || from == to)
            return false;
        return isOne ? from->isSelected() || to->isSelected() : from->isSelected() && to->isSelected();
    });
    view_.document().applyGraph(tr("Unlink"), next);
}

void GraphCommands::arrange()
{
    const GraphScene &scene = view_.graphScene();
    std::vector<LayoutBox> boxes;
    for (const Node &drawn : scene.drawnGraph().nodes) {
        const QString id = QString::fromStdString(drawn.id);
        const NodeItem *item = scene.nodeItem(id);
        const Node *node = view_.document().graph().find(drawn.id); // none for a collapsed group
        boxes.push_back({drawn.id, item->look().size, lineOf(item->look()), node ? node->frame : std::string()});
    }
    // Links in the order of their ports, so that the first task comes out on top.
    std::vector<Edge> edges = view_.document().graph().edges;
    std::ranges::sort(edges);
    std::vector<LayoutLink> links;
    for (const Edge &edge : edges)
        if (const LinkItem *item = scene.linkItem(edge))
            links.push_back({scene.groups().shownAs(QString::fromStdString(edge.from.node)).toStdString(),
                             scene.groups().shownAs(QString::fromStdString(edge.to.node)).toStdString(), item->look().label});
    layout_->start(std::move(boxes), std::move(links));
}

void GraphCommands::popUpMenu(const QPoint &globalPos, const QPointF &scenePos)
{
    GraphScene &scene = view_.graphScene();
    const NodeItem *node = scene.nodeAt(scenePos);
    const FrameItem *frame = node ? nullptr : scene.frameAt(scenePos);
    QSet<QString> taken;
    for (const std::string &id : node ? node->nodes() : frame ? frame->look().members : std::vector<std::string>())
        taken.insert(QString::fromStdString(id));
    if (!taken.isEmpty() && !view_.document().selection().contains(taken))
        view_.document().select(taken);
    auto *menu = new QMenu(&view_);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    if (const LinkItem *link = node ? nullptr : scene.linkAt(scenePos, 8)) {
        const Edge edge = link->edge();
        connect(menu->addAction(tr("Remove link")), &QAction::triggered, this, [this, edge] { view_.document().unlink(edge); });
        menu->addSeparator();
    }
    QStringList wanted = {QStringLiteral("insert"),    QStringLiteral("paste"),   {},
                          QStringLiteral("selectAll"), QStringLiteral("arrange"), QStringLiteral("fitAll")};
    if (!scene.groups().all().empty())
        wanted += {{}, QStringLiteral("collapseAll"), QStringLiteral("expandAll")};
    const QStringList group = {QStringLiteral("fold"), QStringLiteral("renameGroup"), QStringLiteral("ungroup")};
    if (node)
        wanted = QStringList{QStringLiteral("insertAfter"),
                             {},
                             QStringLiteral("cut"),
                             QStringLiteral("copy"),
                             QStringLiteral("duplicate"),
                             QStringLiteral("delete"),
                             QStringLiteral("deleteHeal"),
                             {},
                             QStringLiteral("unlink"),
                             QStringLiteral("fitSelection"),
                             {},
                             QStringLiteral("group")} +
                 group + QStringList{{}, QStringLiteral("help")};
    else if (frame)
        wanted = group + QStringList{{}, QStringLiteral("copy"), QStringLiteral("duplicate"), QStringLiteral("delete"), {}, QStringLiteral("fitSelection")};
    for (const QString &name : std::as_const(wanted)) {
        if (name.isEmpty())
            menu->addSeparator();
        for (QAction *action : std::as_const(all_))
            if (!name.isEmpty() && action->objectName() == QStringLiteral("graph.") + name && (action->isEnabled() || !group.contains(name)))
                menu->addAction(action);
    }
    menu->popup(globalPos);
}

} // namespace concord
