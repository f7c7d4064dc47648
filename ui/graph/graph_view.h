#pragma once

#include "ui/graph/graph_scene.h"

#include <QGraphicsView>

#include <optional>

namespace concord {

class GraphCommands;
class NoteBubble;
class QuickInsert;

/// The canvas: looking around (wheel zooms at the cursor, middle button or two fingers pan), inserting, and the actions.
class GraphView : public QGraphicsView
{
    Q_OBJECT

public:
    explicit GraphView(ExperimentDocument &document, QWidget *parent = nullptr);
    ~GraphView() override;

    ExperimentDocument &document() const { return scene_.document(); }
    GraphScene &graphScene() { return scene_; }
    void setTheme(const Theme &theme);

    /// Everything that can be done to the graph, for menus, separators included.
    QList<QAction *> graphActions() const;

    double scale() const { return transform().m11(); }
    void zoomBy(double factor, const QPoint &viewPos);
    void zoomTo(double scale);
    void fit(bool onlySelected);
    void reveal(const QString &node);

    /// A new block with its middle at `centre`, linked to `joint`; put into the link there when `intoLink`. One undo step.
    void insertBlock(const QString &type, const QPointF &centre, const std::optional<Joint> &joint = std::nullopt, bool intoLink = false);

    /// The list of blocks (only those that fit `joint`); the chosen one appears at `scenePos`.
    void openInsert(const QPointF &scenePos, const std::optional<Joint> &joint = std::nullopt, const QString &typed = {});
    void openInsertAfterSelection();

    /// The mouse's place, or the middle when the mouse is elsewhere.
    QPointF cursorScenePos() const;
    QPointF centreScenePos() const { return mapToScene(viewport()->rect().center()); }
    void say(const QString &sentence, const QPointF &scenePos);

    QuickInsert *quickInsert() const { return insert_; }
    NoteBubble *bubble() const { return bubble_; }

    static constexpr const char *blockMime = "application/x-concord-block";

Q_SIGNALS:
    void scaleChanged(double scale);

protected:
    void drawBackground(QPainter *painter, const QRectF &rect) override;
    void wheelEvent(QWheelEvent *event) override;
    bool viewportEvent(QEvent *event) override;
    void mousePressEvent(QMouseEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void mouseReleaseEvent(QMouseEvent *event) override;
    void mouseDoubleClickEvent(QMouseEvent *event) override;
    void contextMenuEvent(QContextMenuEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void dragEnterEvent(QDragEnterEvent *event) override;
    void dragMoveEvent(QDragMoveEvent *event) override;
    void dragLeaveEvent(QDragLeaveEvent *event) override;
    void dropEvent(QDropEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    void pan(const QPoint &by);
    void walk(int key, bool extend);
    void nudge(int key);
    QPointF freePlace(QPointF corner) const;
    bool firstSight();

    GraphScene scene_;
    GraphCommands *commands_;
    QuickInsert *insert_;
    NoteBubble *bubble_;
    QPointF insertAt_;
    std::optional<Joint> insertJoint_;
    std::optional<QPoint> panFrom_;
    QString walker_;           ///< the node that arrow keys go on from
    bool fitWhenSized_ = true; ///< until the person looks elsewhere
};

} // namespace concord
