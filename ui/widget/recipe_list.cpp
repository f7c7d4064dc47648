#include "ui/widget/recipe_list.h"

#include "core/base/text.h"
#include "ui/widget/fidelity_badge.h"

#include <QPainter>
#include <QStyledItemDelegate>

#include <algorithm>

namespace concord {

namespace {

enum CardRole { idRole = Qt::UserRole + 1, asideTextRole, aboutRole, fidelityRole, fidelityColourRole, costRole, refusedRole };

class RecipeDelegate : public QStyledItemDelegate
{
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const override { return {option.rect.width(), 64}; }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        const bool selected = option.state & QStyle::State_Selected;
        const QRectF card = QRectF(option.rect).adjusted(4.5, 2.5, -4.5, -2.5);
        const QPalette &colours = option.palette;
        QColor back = colours.color(QPalette::Highlight);
        back.setAlphaF(selected ? 0.14f : 0);
        if (!selected && (option.state & QStyle::State_MouseOver)) {
            back = colours.color(QPalette::Midlight);
            back.setAlphaF(0.45f);
        }
        painter->setPen(selected ? QPen(colours.color(QPalette::Highlight), 1.4) : QPen(Qt::NoPen));
        painter->setBrush(back);
        painter->drawRoundedRect(card, 6, 6);

        const QColor text = colours.color(index.data(refusedRole).toBool() ? QPalette::PlaceholderText : QPalette::Text);
        const QColor quiet = colours.color(QPalette::PlaceholderText);
        const double left = card.left() + 10;
        const double right = card.right() - 10;
        QFont bold = option.font;
        bold.setWeight(QFont::DemiBold);
        const QString year = index.data(asideTextRole).toString();
        const double yearWidth = QFontMetricsF(option.font).horizontalAdvance(year) + 8;
        painter->setFont(option.font);
        painter->setPen(quiet);
        painter->drawText(QRectF(left, card.top() + 4, right - left, 18), Qt::AlignRight | Qt::AlignVCenter, year);
        painter->setFont(bold);
        painter->setPen(text);
        const double titleRoom = right - left - yearWidth;
        painter->drawText(QRectF(left, card.top() + 4, titleRoom, 18), Qt::AlignVCenter,
                          QFontMetricsF(bold).elidedText(index.data().toString(), Qt::ElideRight, titleRoom));
        painter->setFont(option.font);
        painter->setPen(quiet);
        painter->drawText(QRectF(left, card.top() + 21, right - left, 17), Qt::AlignVCenter,
                          QFontMetricsF(option.font).elidedText(index.data(aboutRole).toString(), Qt::ElideRight, right - left));
        const double badgeLeft =
            FidelityBadge::paint(*painter, index.data(fidelityRole).toString(), index.data(fidelityColourRole).value<QColor>(), right, card.bottom() - 12);
        const double costRoom = badgeLeft - 8 - left;
        painter->drawText(QRectF(left, card.bottom() - 21, costRoom, 18), Qt::AlignVCenter,
                          QFontMetricsF(option.font).elidedText(index.data(costRole).toString(), Qt::ElideRight, costRoom));
        painter->restore();
    }
};

QString costText(const RecipeCost *cost)
{
    if (!cost)
        return {};
    if (!cost->refusal.empty())
        return RecipeList::tr("not for these tasks");
    return RecipeList::tr("%1 · %2 MAC")
        .arg(QString::fromStdString(shortCount(double(cost->parameters))), QString::fromStdString(shortCount(double(cost->macs))));
}

} // namespace

RecipeList::RecipeList(QWidget *parent)
    : QListWidget(parent)
{
    setAccessibleName(tr("Recipes"));
    setItemDelegate(new RecipeDelegate(this));
    setUniformItemSizes(true);
    setMouseTracking(true);
    setFrameShape(QFrame::NoFrame);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
}

int RecipeList::show(const RecipeFilter &filter, const RecipeCosts &costs, const Theme &theme)
{
    std::vector<std::pair<int, RecipeCard>> left;
    for (RecipeCard &card : listRecipes()) {
        const auto cost = costs.find(card.card.id);
        if (const std::optional<int> score = filter.score(card, cost == costs.end() ? nullptr : &cost->second))
            left.emplace_back(*score, std::move(card));
    }
    // What was typed decides; else the history of the field, in the order of the years.
    std::ranges::stable_sort(
        left, {}, [&](const auto &entry) { return std::tuple(filter.typed.isEmpty() ? 0 : -entry.first, entry.second.year, entry.second.card.title); });
    const QString before = current();
    const QSignalBlocker quiet(this);
    clear();
    for (const auto &[score, card] : left) {
        const auto found = costs.find(card.card.id);
        const RecipeCost *cost = found == costs.end() ? nullptr : &found->second;
        const QString fidelity = QString::fromStdString(card.card.fidelity);
        auto *item = new QListWidgetItem(QString::fromStdString(card.card.title), this);
        item->setData(idRole, QString::fromStdString(card.card.id));
        item->setData(asideTextRole, recipeKindText(card.kind) + (card.year > 0 ? QStringLiteral(" · ") + QString::number(card.year) : QString()));
        item->setData(aboutRole, QString::fromStdString(card.card.summary));
        item->setData(fidelityRole, fidelity);
        item->setData(fidelityColourRole, FidelityBadge::colour(fidelity, theme));
        item->setData(costRole, costText(cost));
        item->setData(refusedRole, cost && !cost->refusal.empty());
        item->setToolTip(cost && !cost->refusal.empty() ? QString::fromStdString(cost->refusal) : QString::fromStdString(card.card.summary));
        item->setData(Qt::AccessibleDescriptionRole, QString::fromStdString(card.card.summary) + QStringLiteral(". ") + fidelity);
    }
    choose(before);
    // The best of what was typed is what Enter takes.
    if ((current().isEmpty() || !filter.typed.isEmpty()) && count() > 0)
        setCurrentRow(0);
    return count();
}

QString RecipeList::current() const
{
    return currentItem() ? currentItem()->data(idRole).toString() : QString();
}

void RecipeList::choose(const QString &id)
{
    for (int row = 0; row < count(); ++row)
        if (item(row)->data(idRole).toString() == id)
            setCurrentRow(row);
}

} // namespace concord
