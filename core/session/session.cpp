#include "core/session/session.h"

#include "core/balance/method.h"
#include "core/exporter/exporter.h"
#include "core/graph/analysis.h"
#include "core/model/pretrained.h"
#include "core/objective/metric.h"
#include "core/schedule/optimiser.h"
#include "core/schedule/schedule.h"
#include "core/session/procedure.h"
#include "core/session/recipe.h"

#include <functional>
#include <utility>

namespace concord {

namespace {

template<class T>
std::vector<Card> cardsOf()
{
    std::vector<Card> cards;
    for (const auto &[id, entry] : Registry<T>::instance().entries())
        cards.push_back(entry.card);
    return cards;
}

/// Data sets and losses are blocks too, with lists of their own.
std::vector<Card> blockCards(const std::function<bool(const std::string &category)> &wanted)
{
    std::vector<Card> cards = cardsOf<Block>();
    std::erase_if(cards, [&](const Card &card) { return !wanted(card.category); });
    return cards;
}

} // namespace

std::vector<std::string> weightNotes(const Experiment &experiment)
{
    std::vector<std::string> notes;
    for (const WeightsReport &report : checkWeights(analyse(experiment.graph)))
        notes.push_back(report.sentence());
    return notes;
}

std::vector<Card> listCards(const std::string &family)
{
    static const std::vector<std::pair<std::string, std::function<std::vector<Card>()>>> families = {
        {"blocks", [] { return blockCards([](const std::string &category) { return category != "Data" && category != "Losses"; }); }},
        {"balance", cardsOf<BalanceMethod>},
        {"losses", [] { return blockCards([](const std::string &category) { return category == "Losses"; }); }},
        {"metrics", cardsOf<Metric>},
        {"schedules", cardsOf<Schedule>},
        {"optimisers", cardsOf<Optimiser>},
        {"formats", [] { return blockCards([](const std::string &category) { return category == "Data"; }); }},
        {"recipes", cardsOf<Recipe>},
        {"procedures", cardsOf<Procedure>},
        {"exporters", cardsOf<Exporter>},
    };
    std::vector<std::string> known;
    for (const auto &[name, cards] : families) {
        if (name == family)
            return cards();
        known.push_back(name);
    }
    throw Error("unknown family '{}'{}; expected one of: {}", family, didYouMean(family, known), join(known, ", "));
}

std::unique_ptr<Parametrised> makePlanPart(const std::string &family, const std::string &id)
{
    const auto made = [&]<class T>(const Registry<T> &registry) -> std::unique_ptr<Parametrised> {
        const auto *entry = registry.find(id);
        return entry ? entry->make() : nullptr;
    };
    return family == "optimisers" ? made(OptimiserRegistry::instance()) : made(ScheduleRegistry::instance());
}

} // namespace concord
