#pragma once

#include <QAction>
#include <QList>
#include <QObject>

#include <functional>
#include <set>
#include <string>

class QLineEdit;

namespace concord {

class GraphView;

/// What menus and keys do to groups. Titles are typed into a field on the canvas.
class GroupCommands : public QObject
{
    Q_OBJECT

public:
    GroupCommands(GraphView &view, QObject *parent);

    QList<QAction *> list() const { return all_; }
    void showEnabled();
    QLineEdit *titleField() const { return field_; }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    QAction *add(const char *name, const QString &text, const QList<QKeySequence> &keys, std::function<void()> run);
    void group();
    void ungroup();
    void rename();
    void toggle();
    void foldAll(bool collapsed);
    void askTitle(const QString &suggestion, std::function<void(const std::string &)> use);
    void takeTitle();
    std::set<std::string> chosenTitles() const;
    std::set<std::string> chosenNodes() const;

    GraphView &view_;
    QLineEdit *field_;
    std::function<void(const std::string &)> use_; ///< the typed title; empty while nothing is asked
    QList<QAction *> all_;
    QAction *group_;
    QList<QAction *> needGroup_;
    QList<QAction *> needAny_;
};

} // namespace concord
