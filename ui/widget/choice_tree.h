#pragma once

#include "core/base/registry.h"

#include <QStringList>
#include <QWidget>

#include <vector>

class QLineEdit;
class QTreeWidget;
class QTreeWidgetItem;

namespace concord {

/// One thing that may be ticked.
struct Choice
{
    Card card = {};            ///< its title is shown; what is typed is looked for in the card
    QString heading = {};
    QStringList figures = {};  ///< quiet columns at the right
    QString refusal = {};      ///< why it cannot be ticked; such stand last, with this sentence
    bool always = false;       ///< ticked, and stays so
};

/// Things to tick under headings, found by typing; Return ticks what was found, the arrows go through the list. The one in focus has its card
/// beside the list, which is the owner's matter.
class ChoiceTree : public QWidget
{
    Q_OBJECT

public:
    /// `columns`: how many figures a choice has, at most.
    ChoiceTree(const QString &find, int columns, QWidget *parent = nullptr);

    /// Ticks stay. Headings come in the order of their first choice.
    void setChoices(const std::vector<Choice> &choices);
    const std::vector<Choice> &choices() const { return choices_; }
    const Choice *current() const;                  ///< null: none
    void show(const QString &id);
    void check(const QString &id, bool on);
    bool isChecked(const QString &id) const;
    QStringList checked() const;                    ///< ids in the order of the choices

    QLineEdit *search() const { return search_; }
    QTreeWidget *list() const { return list_; }

Q_SIGNALS:
    void checkedChanged();
    void currentChanged();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter();
    void checkShown(bool on);
    QTreeWidgetItem *item(const QString &id) const;
    const Choice *choice(const QTreeWidgetItem *of) const;
    QTreeWidgetItem *heading(const QString &title);

    std::vector<Choice> choices_;
    QLineEdit *search_;
    QTreeWidget *list_;
    bool filling_ = false;
};

} // namespace concord
