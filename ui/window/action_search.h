#pragma once

#include <QDialog>
#include <QString>

#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace concord {

/// One list for everything that can be done: type to search, Enter does it.
class ActionSearch : public QDialog
{
    Q_OBJECT

public:
    struct Entry
    {
        QString text;
        QString detail;   ///< menu, shortcut, category
        std::function<void()> act;
    };

    ActionSearch(std::vector<Entry> entries, QWidget *parent);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter();
    void take();

    std::vector<Entry> entries_;
    QLineEdit *field_;
    QListWidget *list_;
};

} // namespace concord
