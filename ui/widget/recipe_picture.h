#pragma once

#include "core/graph/analysis.h"
#include "ui/model/theme.h"

#include <QTransform>
#include <QWidget>

#include <memory>

namespace concord {

struct RecipeDraft;

/// A recipe's own graph, drawn small: blocks in their categories' colours, links in their tasks', groups as tinted frames.
class RecipePicture : public QWidget
{
    Q_OBJECT

public:
    explicit RecipePicture(QWidget *parent = nullptr);

    void show(const std::shared_ptr<const RecipeDraft> &draft, const Theme &theme);

    QSize sizeHint() const override { return {560, 220}; }

protected:
    void paintEvent(QPaintEvent *event) override;
    bool event(QEvent *event) override;

private:
    QTransform placing() const;
    QRectF box(const Node &node) const; ///< on the widget
    void paintFrames(QPainter &painter) const;
    void paintLinks(QPainter &painter) const;
    void paintBlocks(QPainter &painter) const;
    void paintLegend(QPainter &painter) const;

    std::shared_ptr<const RecipeDraft> draft_;
    Theme theme_;
    QTransform placed_; ///< from the graph to the widget
};

} // namespace concord
