#pragma once

#include "ui/widget/recipe_maker.h"

#include <QString>

#include <limits>
#include <optional>
#include <set>

namespace concord {

/// What a person looks for among the recipes.
struct RecipeFilter
{
    QString typed = {};
    std::string kind = {}; ///< empty: any
    int fromYear = 0;
    int toYear = std::numeric_limits<int>::max();
    std::set<TaskKind> tasks = {};    ///< it must suit all of them
    std::int64_t mostParameters = -1; ///< negative: any
    std::int64_t mostMacs = -1;

    /// How well the card fits; nothing when it is filtered out. `cost` is null while it is not known: then it cannot be too much.
    std::optional<int> score(const RecipeCard &card, const RecipeCost *cost) const;
};

/// The catalogue's word for people: "architecture-soft" → "Soft sharing".
QString recipeKindText(const std::string &kind);

} // namespace concord
