#pragma once

#include "core/session/compare.h"

#include <QMap>
#include <QWidget>

class QLabel;
class QLineEdit;
class QTreeWidget;

namespace concord {

class ChoiceTree;

/// Balance methods to choose from: a searchable list with what each costs on this graph, the card of the one in focus, and its settings.
class MethodPicker : public QWidget
{
    Q_OBJECT

public:
    using QWidget::show;
    explicit MethodPicker(QWidget *parent = nullptr);

    void setChoices(const std::vector<MethodChoice> &choices);
    void check(const QString &id, bool on);
    void show(const QString &id);   ///< its card; the list is scrolled to it

    /// What is chosen, as methodEntrant reads it; a method with several settings ("c=0.2 | c=0.8") comes several times.
    QStringList specs() const;

    QLineEdit *search() const;
    QTreeWidget *list() const;
    QLineEdit *settings() const { return settings_; }

Q_SIGNALS:
    void changed();

private:
    void showCurrent();
    const MethodChoice *current() const;

    std::vector<MethodChoice> choices_;
    QMap<QString, QString> settingsOf_;
    ChoiceTree *tree_;
    QLabel *card_;
    QLineEdit *settings_;
};

} // namespace concord
