#pragma once

#include "ui/graph/graph_edits.h"
#include "ui/graph/graph_groups.h"
#include "ui/graph/graph_look.h"
#include "ui/model/document.h"
#include "ui/model/theme.h"

#include <QGraphicsScene>
#include <QHash>

#include <map>
#include <memory>
#include <optional>

namespace concord {

class FrameItem;
class LinkDrag;
class LinkItem;
class NodeItem;

/// The document as items. After an edit only the items whose look or place changed are touched; edits go to the document and come
/// back as `changed`. Knows the gestures that need items: moving nodes and drawing links.
class GraphScene : public QGraphicsScene
{
    Q_OBJECT

public:
    explicit GraphScene(ExperimentDocument &document, QObject *parent = nullptr);
    ~GraphScene() override;

    ExperimentDocument &document() const { return document_; }
    const Theme &theme() const { return theme_; }
    void setTheme(const Theme &theme);
    const GraphFonts &fonts() const { return fonts_; }

    /// What shows the node: its item, or that of the collapsed group that it is in.
    NodeItem *nodeItem(const QString &id) const { return nodes_.value(groups_.shownAs(id)); }
    LinkItem *linkItem(const Edge &edge) const;
    NodeItem *nodeAt(const QPointF &scenePos) const; ///< ports included
    LinkItem *linkAt(const QPointF &scenePos, double reach) const;
    QList<NodeItem *> nodeItems() const { return nodes_.values(); }
    FrameItem *frameItem(const QString &title) const { return frames_.value(title); }
    FrameItem *frameAt(const QPointF &scenePos) const; ///< whose title strip is there
    const GraphGroups &groups() const { return groups_; }

    /// The selection, with all blocks of collapsed groups of which one is in it.
    QSet<QString> chosenNodes() const;
    QList<NodeItem *> chosenItems() const;
    /// The graph as it is drawn: ids and places of items, a collapsed group as one node.
    TaskGraph drawnGraph() const;
    /// Collapses or expands groups, as one step. What lies where an expanded group comes makes room.
    void fold(const std::set<std::string> &titles, bool collapsed);
    std::vector<Edge> selectedLinks() const;
    QRectF nodesRect(bool onlySelected) const; ///< empty when there are none

    bool isDragging() const { return dragging_; } ///< nodes, by the mouse
    bool isLinking() const { return linkDrag_ != nullptr; }
    void cancelLink();
    void moveLinksOf(const NodeItem &node);
    void showLinksOf(const NodeItem &node); ///< after its selection changed
    void markLink(LinkItem *link);          ///< null: none

    void refuse(const QString &reason, const QPointF &scenePos);

Q_SIGNALS:
    void refused(const QString &reason, const QPointF &scenePos);
    void blockWanted(const QPointF &scenePos, const concord::Joint &joint); ///< a link was dropped on empty canvas

protected:
    void mousePressEvent(QGraphicsSceneMouseEvent *event) override;
    void mouseMoveEvent(QGraphicsSceneMouseEvent *event) override;
    void mouseReleaseEvent(QGraphicsSceneMouseEvent *event) override;

private:
    void sync();
    void followDocument();
    void syncNodes(const GraphLook &look, QSet<QString> &moved);
    void showNode(const QString &id, NodeLook outline, const GraphLook &look, const Node *node, QSet<QString> &moved);
    void syncLinks(const GraphLook &look, const QSet<QString> &moved);
    void syncFrames(const GraphLook &look);
    void placeFrames();
    QPointF groupPlace(const GraphGroup &group, const QSizeF &size) const;
    void placeLink(LinkItem &item) const;
    bool isCrowded(const Edge &edge) const;
    void showSelection();
    void tellSelection();
    void finishMove(const QPointF &scenePos);
    bool startLink(const QPointF &scenePos);

    ExperimentDocument &document_;
    Theme theme_ = Theme::light();
    GraphFonts fonts_;
    GraphGroups groups_;
    QHash<QString, NodeItem *> nodes_;   ///< by the ids of nodes and of collapsed groups
    QHash<QString, FrameItem *> frames_; ///< of expanded groups
    std::map<Edge, LinkItem *> links_;
    QMultiHash<QString, LinkItem *> linksOf_;
    std::unique_ptr<LinkDrag> linkDrag_;
    LinkItem *marked_ = nullptr;
    bool dragging_ = false;
    bool syncing_ = false;
};

} // namespace concord
