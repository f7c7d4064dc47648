#include "core/session/session.h"

#include "core/balance/method.h"
#include "core/exporter/exporter.h"
#include "core/graph/analysis.h"
#include "core/objective/metric.h"
#include "core/schedule/optimiser.h"
#include "core/schedule/schedule.h"

#include <algorithm>

namespace concord {

namespace {

template<class T>
std::vector<Card> cardsOf(const std::function<bool(const Card &)> &wanted = nullptr)
{
    std::vector<Card> cards;
    for (const auto &[id, entry] : Registry<T>::instance().entries())
        if (!wanted || wanted(entry.card))
            cards.push_back(entry.card);
    return cards;
}

std::function<bool(const Card &)> inCategory(const std::string &category, bool equal = true)
{
    return [category, equal](const Card &card) { return (card.category == category) == equal; };
}


} // namespace

std::vector<Card> listCards(const std::string &family)
{
    if (family == "blocks")
        return cardsOf<Block>([](const Card &card) { return card.category != "Data" && card.category != "Losses"; });
    if (family == "balance")
        return cardsOf<BalanceMethod>();
    if (family == "losses")
        return cardsOf<Block>(inCategory("Losses"));
    if (family == "formats")
        return cardsOf<Block>(inCategory("Data"));
    if (family == "metrics")
        return cardsOf<Metric>();
    if (family == "schedules")
        return cardsOf<Schedule>();
    if (family == "optimisers")
        return cardsOf<Optimiser>();
    if (family == "exporters")
        return cardsOf<Exporter>();
    throw Error("unknown family '{}'; expected one of: blocks, balance, losses, metrics, schedules, optimisers, formats, exporters", family);
}

} // namespace concord
