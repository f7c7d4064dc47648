#pragma once

#include "ui/job/workspace.h"
#include "ui/widget/recipe_filter.h"

#include <QDialog>

class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;

namespace concord {

class RecipeList;
class RecipePage;

/// Published systems to choose from: search and filters over a list of cards, beside it the chosen one's page. What is taken is one
/// step of the document; nothing is lost, so nothing is asked.
class RecipeBrowser : public QDialog
{
    Q_OBJECT

public:
    RecipeBrowser(Workspace &workspace, QWidget *parent);

    QLineEdit *searchField() const { return search_; }
    RecipeList *list() const { return list_; }
    RecipePage *page() const { return page_; }

Q_SIGNALS:
    void inserted(); ///< after accepted(): the new blocks are selected

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QWidget *makeSide();
    QPushButton *makeTaskButton(QWidget *parent);
    void fillYears();
    RecipeFilter filter() const;
    void refreshList();
    void showCurrent();
    void count();
    void insert();
    void replace();

    Workspace &workspace_;
    RecipeMaker maker_;
    RecipeCosts costs_;
    Node countedData_; ///< what costs were last asked for
    std::vector<std::string> countedTasks_;
    std::shared_ptr<const RecipeDraft> draft_;
    QString shown_; ///< id of the recipe on the page
    QLineEdit *search_;
    QComboBox *kind_;
    QComboBox *from_;
    QComboBox *to_;
    QComboBox *cost_;
    QPushButton *tasks_;
    QLabel *found_;
    RecipeList *list_;
    RecipePage *page_;
};

} // namespace concord
