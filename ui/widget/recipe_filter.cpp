#include "ui/widget/recipe_filter.h"

#include "ui/widget/fuzzy.h"

#include <QCoreApplication>

#include <algorithm>

namespace concord {

namespace {

/// What letters score that lie in one run or begin words; letters strewn over a title were not meant.
constexpr int meantPerLetter = 16;

/// In titles letters may be left out; in sentences words are looked for as they are typed.
std::optional<int> typedScore(const QString &typed, const RecipeCard &card)
{
    std::optional<int> best;
    const int letters = int(typed.simplified().remove(u' ').size());
    const auto take = [&](std::optional<int> score, int handicap) {
        if (score && *score >= meantPerLetter * letters)
            best = std::max(best.value_or(*score - handicap), *score - handicap);
    };
    take(fuzzyScore(typed, QString::fromStdString(card.card.title)), 0);
    take(fuzzyScore(typed, QString::fromStdString(card.card.id)), 4);
    QString words = recipeKindText(card.kind) + u' ' + QString::fromStdString(card.card.summary) + u' ' + QString::fromStdString(card.card.paper);
    for (const std::string &sentence : card.explanation)
        words += u' ' + QString::fromStdString(sentence);
    if (words.contains(typed.simplified(), Qt::CaseInsensitive))
        best = std::max(best.value_or(0), 0);
    return best;
}

} // namespace

std::optional<int> RecipeFilter::score(const RecipeCard &card, const RecipeCost *cost) const
{
    if ((!kind.empty() && card.kind != kind) || card.year < fromYear || card.year > toYear)
        return std::nullopt;
    if (std::ranges::any_of(tasks, [&](TaskKind task) { return std::ranges::find(card.suits, task) == card.suits.end(); }))
        return std::nullopt;
    if ((mostParameters >= 0 || mostMacs >= 0) && cost) {
        if (!cost->refusal.empty() || (mostParameters >= 0 && cost->parameters > mostParameters) || (mostMacs >= 0 && cost->macs > mostMacs))
            return std::nullopt;
    }
    return typedScore(typed, card);
}

QString recipeKindText(const std::string &kind)
{
    const auto text = [](const char *words) { return QCoreApplication::translate("RecipeFilter", words); };
    if (kind == "architecture-hard")
        return text("Hard sharing");
    if (kind == "architecture-soft")
        return text("Soft sharing");
    if (kind == "architecture-mix")
        return text("Task interaction");
    if (kind == "moe")
        return text("Experts");
    QString plain = QString::fromStdString(kind);
    plain.replace(u'-', u' ');
    return plain.left(1).toUpper() + plain.mid(1);
}

} // namespace concord
