#pragma once

#include <QDialog>
#include <QStringList>

class QListWidget;

namespace concord {

/// The examples that come with the program: name, what it shows, tasks and size.
class ExampleGallery : public QDialog
{
    Q_OBJECT

public:
    explicit ExampleGallery(QWidget *parent = nullptr);

    /// Resource names, smallest and fastest first.
    static QStringList files();
    QString chosen() const;

Q_SIGNALS:
    void recipesWanted(); ///< closed for the recipe browser

private:
    QListWidget *list_;
};

} // namespace concord
