#pragma once

#include "ui/graph/graph_look.h"

#include <QGraphicsItem>

#include <memory>

namespace concord {

class GraphScene;

/// The frame around an expanded group. Only its title strip takes the mouse: it moves the group, its button collapses it.
class FrameItem : public QGraphicsItem
{
public:
    enum { Type = UserType + 3 };

    FrameItem(GraphScene &scene, const std::string &title);

    int type() const override { return Type; }
    const std::string &title() const { return title_; }
    const FrameLook &look() const { return look_; }
    void show(const FrameLook &look);

    /// Around `nodes`, in scene coordinates.
    void encloseNodes(const QRectF &nodes);
    static QRectF around(const QRectF &nodes);
    QRectF sceneRect() const { return {pos(), size_}; }
    QRectF strip() const; ///< in scene coordinates, as is the next
    QRectF button() const;
    void setChosen(bool chosen); ///< all its blocks are selected

    QRectF boundingRect() const override { return QRectF(QPointF(0, 0), size_).adjusted(-2, -2, 2, 2); }
    QPainterPath shape() const override;
    void paint(QPainter *painter, const QStyleOptionGraphicsItem *option, QWidget *widget) override;

protected:
    void hoverMoveEvent(QGraphicsSceneHoverEvent *event) override;
    void hoverLeaveEvent(QGraphicsSceneHoverEvent *event) override;
    void mousePressEvent(QGraphicsSceneMouseEvent *event) override;
    void mouseReleaseEvent(QGraphicsSceneMouseEvent *event) override;

private:
    QRectF localButton() const;
    void setOverButton(bool over);

    GraphScene &scene_;
    std::string title_;
    FrameLook look_;
    QSizeF size_;
    std::unique_ptr<QGraphicsItem> label_; ///< the title over the blocks where they are too small to be read
    bool chosen_ = false;
    bool overButton_ = false;
    bool pressedButton_ = false;
};

} // namespace concord
