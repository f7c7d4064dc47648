#pragma once

#include "core/session/model_choice.h"

#include <QWidget>

class QLabel;
class QTreeWidget;

namespace concord {

class ChoiceTree;

/// Recipes or experiments to choose from: a searchable list with the size of each, those that do not suit with the reason, and the card of the one
/// in focus.
class ModelPicker : public QWidget
{
    Q_OBJECT

public:
    ModelPicker(const QString &find, QWidget *parent = nullptr);

    /// In the order in which they take part. Ticks stay.
    void setChoices(const std::vector<ModelChoice> &choices);
    const std::vector<ModelChoice> &choices() const { return choices_; }
    void add(const ModelChoice &choice);   ///< ticked and shown; takes the place of one with the same id
    void check(const QString &id, bool on);

    std::vector<Entrant> entrants() const;   ///< the ticked ones

    ChoiceTree *tree() const { return tree_; }
    /// Below the card: a place for what adds to the list.
    void setFooter(QWidget *footer);

Q_SIGNALS:
    void changed();

private:
    void fill();
    void showCurrent();

    std::vector<ModelChoice> choices_;
    ChoiceTree *tree_;
    QLabel *card_;
};

} // namespace concord
