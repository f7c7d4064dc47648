#pragma once

#include "ui/graph/graph_edits.h"
#include "ui/graph/graph_look.h"
#include "ui/model/document.h"
#include "ui/model/theme.h"

#include <QGraphicsScene>
#include <QHash>

#include <map>
#include <memory>
#include <optional>

namespace concord {

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

    NodeItem *nodeItem(const QString &id) const { return nodes_.value(id); }
    LinkItem *linkItem(const Edge &edge) const;
    NodeItem *nodeAt(const QPointF &scenePos) const; ///< ports included
    LinkItem *linkAt(const QPointF &scenePos, double reach) const;
    QList<NodeItem *> nodeItems() const { return nodes_.values(); }
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
    void syncNodes(const GraphLook &look, QSet<QString> &moved);
    void syncLinks(const GraphLook &look, const QSet<QString> &moved);
    void placeLink(LinkItem &item) const;
    void showSelection();
    void tellSelection();
    void finishMove(const QPointF &scenePos);
    bool startLink(const QPointF &scenePos);

    ExperimentDocument &document_;
    Theme theme_ = Theme::light();
    GraphFonts fonts_;
    QHash<QString, NodeItem *> nodes_;
    std::map<Edge, LinkItem *> links_;
    QMultiHash<QString, LinkItem *> linksOf_;
    std::unique_ptr<LinkDrag> linkDrag_;
    LinkItem *marked_ = nullptr;
    bool dragging_ = false;
    bool syncing_ = false;
};

} // namespace concord
