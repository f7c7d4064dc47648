#pragma once

#include "ui/model/theme.h"
#include "ui/widget/recipe_filter.h"

#include <QListWidget>

namespace concord {

/// The recipes that a filter leaves, as cards: title and year, what it is, fidelity and cost.
class RecipeList : public QListWidget
{
    Q_OBJECT

public:
    explicit RecipeList(QWidget *parent = nullptr);

    /// Fills the list; keeps the current recipe while it is in it. Returns how many there are.
    int show(const RecipeFilter &filter, const RecipeCosts &costs, const Theme &theme);

    QString current() const; ///< id; empty when nothing is left
    void choose(const QString &id);
};

} // namespace concord
