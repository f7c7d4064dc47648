#include "ui/widget/fuzzy.h"

#include <algorithm>
#include <vector>

namespace concord {

std::optional<int> fuzzyScore(const QString &typed, const QString &text)
{
    const QString wanted = typed.simplified().remove(u' ').toCaseFolded();
    const QString found = text.toCaseFolded();
    if (wanted.isEmpty())
        return 0;
    constexpr int never = -1000000;
    // best[j]: the best score of the letters so far with the last of them at place j.
    std::vector<int> best(std::size_t(found.size()), never);
    for (qsizetype i = 0; i < wanted.size(); ++i) {
        std::vector<int> next(best.size(), never);
        int before = i == 0 ? 0 : never; // the best of any place that is left of j − 1
        for (qsizetype j = 0; j < found.size(); ++j) {
            if (j >= 2 && i > 0)
                before = std::max(before, best[std::size_t(j - 2)]);
            if (found[j] != wanted[i])
                continue;
            const bool wordStart = j == 0 || !found[j - 1].isLetterOrNumber();
            const int here = !wordStart ? 1 : i == 0 ? 12 : 9;
            int score = before == never ? never : before + here - (i == 0 ? int(std::min<qsizetype>(j, 8)) / 2 : 2);
            if (i > 0 && j > 0 && best[std::size_t(j - 1)] != never)
                score = std::max(score, best[std::size_t(j - 1)] + 11);
            next[std::size_t(j)] = score;
        }
        best = std::move(next);
    }
    const int score = best.empty() ? never : *std::ranges::max_element(best);
    if (score <= never / 2)
        return std::nullopt;
    // Of two equal ones the shorter was meant.
    return score * 4 - int(std::min<qsizetype>(found.size(), 60)) / 4 + (found == wanted ? 100 : 0);
}

std::optional<int> cardScore(const QString &typed, const Card &card)
{
    std::optional<int> best;
    const auto take = [&](const std::string &text, int handicap) {
        if (const std::optional<int> score = fuzzyScore(typed, QString::fromStdString(text)))
            best = std::max(best.value_or(*score - handicap), *score - handicap);
    };
    take(card.title, 0);
    take(card.id, 4);
    take(card.category, 40);
    return best;
}

} // namespace concord
