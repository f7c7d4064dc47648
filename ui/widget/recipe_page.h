#pragma once

#include "ui/model/theme.h"
#include "ui/widget/recipe_maker.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace concord {

class FidelityBadge;
class ParamForm;
class RecipeData;
class RecipePicture;

/// One recipe: what it is, a picture of its graph, its options, the data that it is for, and what it costs then.
class RecipePage : public QWidget
{
    Q_OBJECT

public:
    /// `own`: the data node of the experiment, if it has one.
    RecipePage(const std::optional<Node> &own, QWidget *parent = nullptr);

    void show(const RecipeCard &card, const Theme &theme);
    void showNothing();
    void showDraft(const std::shared_ptr<const RecipeDraft> &draft);

    RecipeWish wish() const;
    RecipeData *data() const { return data_; }
    ParamForm *options() const { return options_; }
    QPushButton *insertButton() const { return insert_; }
    QPushButton *newButton() const { return new_; }

Q_SIGNALS:
    void wishChanged(); ///< ask for another draft
    void insertWanted();
    void newWanted();

private:
    QWidget *makeHead();
    QWidget *makeBody();
    QWidget *makeFoot();
    void setOption(const QString &name, const ParamValue *value);
    void showOptions();
    void ask();
    void refreshButtons();

    std::optional<Node> own_;
    RecipeCard card_;
    Theme theme_;
    std::map<std::string, ParamMap> chosen_;   ///< options by recipe: they stay while one looks around
    std::shared_ptr<const RecipeDraft> draft_; ///< null while the newest wish is being laid out
    QLabel *title_;
    QLabel *paper_;
    FidelityBadge *badge_;
    QLabel *sentences_;
    RecipePicture *picture_;
    RecipeData *data_;
    ParamForm *options_;
    QLabel *cost_;
    QLabel *refusal_;
    QPushButton *insert_;
    QPushButton *new_;
};

} // namespace concord
