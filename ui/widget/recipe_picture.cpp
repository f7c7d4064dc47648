#include "ui/widget/recipe_picture.h"

#include "ui/widget/recipe_maker.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>

#include <algorithm>
#include <set>

namespace concord {

namespace {

/// Wider than on the canvas, where the way from column to column is as long, and so low that early predictions below a row stay apart.
constexpr QSizeF blockSize(196, 36);
constexpr double legendHeight = 24;
constexpr double largestPictureScale = 0.8;

} // namespace

RecipePicture::RecipePicture(QWidget *parent)
    : QWidget(parent)
{
    setMinimumHeight(200);
    setAccessibleName(tr("The recipe's graph"));
}

void RecipePicture::show(const std::shared_ptr<const RecipeDraft> &draft, const Theme &theme)
{
    draft_ = draft;
    theme_ = theme;
    update();
}

QTransform RecipePicture::placing() const
{
    QRectF all;
    for (const Node &node : draft_->experiment.graph.nodes)
        all = all.united(QRectF(QPointF(node.x, node.y), blockSize));
    const QRectF room = QRectF(rect()).adjusted(16, 14, -16, -legendHeight - 8);
    if (all.isEmpty() || room.isEmpty())
        return {};
    // Most are far wider than high: rows may spread while columns are narrow.
    const double x = std::min(room.width() / all.width(), largestPictureScale);
    const double y = std::min(room.height() / all.height(), largestPictureScale);
    return QTransform(x, 0, 0, y, room.center().x() - all.center().x() * x, room.center().y() - all.center().y() * y);
}

QRectF RecipePicture::box(const Node &node) const
{
    return placed_.mapRect(QRectF(QPointF(node.x, node.y), blockSize));
}

void RecipePicture::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme_.line, 1));
    painter.setBrush(theme_.canvas);
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6);
    if (!draft_ || draft_->experiment.graph.nodes.empty()) {
        painter.setPen(theme_.quiet);
        painter.drawText(rect(), Qt::AlignCenter, draft_ ? tr("No picture without data that go with it") : QString());
        return;
    }
    placed_ = placing();
    paintFrames(painter);
    paintLinks(painter);
    paintBlocks(painter);
    paintLegend(painter);
}

void RecipePicture::paintFrames(QPainter &painter) const
{
    std::map<std::string, std::pair<QRectF, QColor>> frames;
    for (const Node &node : draft_->experiment.graph.nodes) {
        if (node.frame.empty())
            continue;
        auto &[area, colour] = frames[node.frame];
        area = area.united(box(node));
        if (const auto facts = draft_->analysis.nodes.find(node.id); facts != draft_->analysis.nodes.end())
            colour = theme_.category(QString::fromStdString(facts->second.category));
    }
    for (const auto &[title, frame] : frames) {
        QColor tint = frame.second;
        tint.setAlphaF(theme_.dark ? 0.16f : 0.09f);
        QColor edge = frame.second;
        edge.setAlphaF(0.4f);
        painter.setPen(QPen(edge, 1));
        painter.setBrush(tint);
        painter.drawRoundedRect(frame.first.adjusted(-5, -5, 5, 5), 5, 5);
    }
}

void RecipePicture::paintLinks(QPainter &painter) const
{
    painter.setBrush(Qt::NoBrush);
    const double scale = placed_.m11();
    for (const Edge &edge : draft_->experiment.graph.edges) {
        const Node *from = draft_->experiment.graph.find(edge.from.node);
        const Node *to = draft_->experiment.graph.find(edge.to.node);
        if (!from || !to || edge.from.port.starts_with("label."))
            continue; // labels would only be noise here
        const QPointF a = placed_.map(QPointF(from->x, from->y) + QPointF(blockSize.width(), blockSize.height() / 2));
        const QPointF b = placed_.map(QPointF(to->x, to->y) + QPointF(0, blockSize.height() / 2));
        const auto facts = draft_->analysis.nodes.find(edge.to.node == draft_->analysis.balanceNode ? edge.from.node : edge.to.node);
        const bool isOne = facts != draft_->analysis.nodes.end() && facts->second.tasks.size() == 1;
        QColor colour = isOne ? theme_.task(facts->second.tasks.front()) : theme_.quiet;
        colour.setAlphaF(0.75f);
        painter.setPen(QPen(colour, std::clamp(scale * 2.4, 0.8, 1.4)));
        const double reach = std::clamp(std::abs(b.x() - a.x()) / 2, 8.0, 60.0);
        QPainterPath curve(a);
        curve.cubicTo(a + QPointF(reach, 0), b - QPointF(reach, 0), b);
        painter.drawPath(curve);
    }
}

void RecipePicture::paintBlocks(QPainter &painter) const
{
    QFont font = painter.font();
    font.setPixelSize(10);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    for (const Node &node : draft_->experiment.graph.nodes) {
        const auto facts = draft_->analysis.nodes.find(node.id);
        if (facts == draft_->analysis.nodes.end())
            continue;
        const QRectF place = box(node);
        const QColor colour = theme_.category(QString::fromStdString(facts->second.category));
        const bool isWritten = place.width() >= 52 && place.height() >= 13;
        QColor fill = colour;
        if (isWritten) {
            // Tinted, so that the title can be read in both themes.
            const double t = theme_.dark ? 0.32 : 0.16;
            fill = QColor::fromRgbF(float(theme_.panel.redF() + (colour.redF() - theme_.panel.redF()) * t),
                                    float(theme_.panel.greenF() + (colour.greenF() - theme_.panel.greenF()) * t),
                                    float(theme_.panel.blueF() + (colour.blueF() - theme_.panel.blueF()) * t));
        }
        painter.setPen(QPen(colour, 1));
        painter.setBrush(fill);
        painter.drawRoundedRect(place, 3, 3);
        if (!isWritten)
            continue;
        painter.setPen(theme_.text);
        const QString title = QString::fromStdString(node.title.empty() ? facts->second.title : node.title);
        painter.drawText(place, Qt::AlignCenter, metrics.elidedText(title, Qt::ElideRight, place.width() - 6));
    }
}

void RecipePicture::paintLegend(QPainter &painter) const
{
    std::vector<std::string> categories;
    for (const std::string &id : draft_->analysis.order)
        if (const std::string &category = draft_->analysis.nodes.at(id).category; std::ranges::find(categories, category) == categories.end())
            categories.push_back(category);
    QFont font = painter.font();
    font.setPixelSize(11);
    painter.setFont(font);
    const QFontMetricsF metrics(font);
    double x = 16;
    const double y = height() - legendHeight / 2 - 3;
    for (const std::string &category : categories) {
        const QString text = QString::fromStdString(category);
        painter.setPen(Qt::NoPen);
        painter.setBrush(theme_.category(text));
        painter.drawRoundedRect(QRectF(x, y - 4, 8, 8), 2, 2);
        painter.setPen(theme_.quiet);
        painter.drawText(QRectF(x + 13, y - 9, 200, 18), Qt::AlignVCenter, text);
        x += 13 + metrics.horizontalAdvance(text) + 14;
    }
    if (draft_->isExample) {
        painter.setPen(theme_.quiet);
        painter.drawText(QRectF(x, y - 9, width() - x - 12, 18), Qt::AlignVCenter | Qt::AlignRight, tr("on example data"));
    }
}

bool RecipePicture::event(QEvent *event)
{
    if (event->type() != QEvent::ToolTip || !draft_)
        return QWidget::event(event);
    const auto *help = static_cast<QHelpEvent *>(event);
    QString tip;
    for (const Node &node : draft_->experiment.graph.nodes)
        if (const auto facts = draft_->analysis.nodes.find(node.id); facts != draft_->analysis.nodes.end() && box(node).contains(help->pos()))
            tip = QString::fromStdString((node.title.empty() ? facts->second.title : node.title) +
                                         (facts->second.summary.empty() ? "" : "\n" + facts->second.summary));
    QToolTip::showText(help->globalPos(), tip, this);
    return true;
}

} // namespace concord
