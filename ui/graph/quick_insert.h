#pragma once

#include "core/base/registry.h"
#include "ui/model/theme.h"

#include <QFrame>

#include <vector>

class QLineEdit;
class QListWidget;

namespace concord {

/// The list of blocks at the cursor: type to search, Enter takes, Esc or a click elsewhere closes.
class QuickInsert : public QFrame
{
    Q_OBJECT

public:
    explicit QuickInsert(QWidget *parent);

    /// `at` is in the parent's coordinates; the list is moved to stay inside. `typed` is already in the search field.
    void open(const QPoint &at, std::vector<Card> cards, const QString &typed, const Theme &theme);

    QLineEdit *field() const { return field_; }
    QListWidget *list() const { return list_; }

Q_SIGNALS:
    void chosen(const QString &type);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter();
    void settle();
    void take();
    void dismiss();

    QLineEdit *field_;
    QListWidget *list_;
    std::vector<Card> cards_;
    Theme theme_;
    QPoint at_;
};

} // namespace concord
