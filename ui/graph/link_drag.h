#pragma once

#include "ui/graph/graph_edits.h"

#include <QGraphicsPathItem>

#include <memory>
#include <optional>
#include <set>

namespace concord {

class GraphScene;

/// A link that follows the mouse, from its press to its drop. While it lives the fitting ports are lit and the others dim.
class LinkDrag
{
public:
    /// `lifted`: the existing link that was taken off its input.
    LinkDrag(GraphScene &scene, Joint joint, std::optional<Edge> lifted);
    ~LinkDrag();
    LinkDrag(const LinkDrag &) = delete;
    LinkDrag &operator=(const LinkDrag &) = delete;

    void moveTo(const QPointF &scenePos);
    void dropAt(const QPointF &scenePos);

    const std::set<PortRef> &fitting() const { return fitting_; }

private:
    /// The lit port within reach: the link snaps to it.
    std::optional<PortRef> snapped(const QPointF &scenePos) const;
    QPointF anchorPoint() const;
    void connectTo(const PortRef &port);

    GraphScene &scene_;
    Joint joint_;
    std::optional<Edge> lifted_;
    TaskGraph graph_; ///< the document's, without the lifted link
    std::set<PortRef> fitting_;
    std::unique_ptr<QGraphicsPathItem> curve_;
};

} // namespace concord
