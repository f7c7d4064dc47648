#include "ui/window/example_gallery.h"

#include "core/base/text.h"
#include "core/graph/analysis.h"
#include "core/graph/experiment.h"

#include <QDialogButtonBox>
#include <QDir>
#include <QFile>
#include <QListWidget>
#include <QPushButton>
#include <QStyle>
#include <QVBoxLayout>

namespace concord {

QStringList ExampleGallery::files()
{
    QStringList files;
    const QDir folder(QStringLiteral(":/examples"));
    for (const QString &name : folder.entryList({QStringLiteral("*.json")}, QDir::Files, QDir::Name))
        files += folder.filePath(name);
    return files;
}

ExampleGallery::ExampleGallery(QWidget *parent)
    : QDialog(parent)
    , list_(new QListWidget(this))
{
    setWindowTitle(tr("New from example"));
    resize(620, 420);
    list_->setWordWrap(true);
    list_->setSpacing(4);
    for (const QString &file : files()) {
        QFile source(file);
        if (!source.open(QIODevice::ReadOnly))
            continue;
        try {
            const Experiment experiment = experimentFromJson(source.readAll().toStdString(), file.toStdString());
            const Analysis analysis = analyse(experiment.graph);
            std::vector<std::string> tasks;
            for (const GraphTask &task : analysis.tasks)
                tasks.push_back(task.info.name);
            auto *item = new QListWidgetItem(tr("%1\n%2\nTasks: %3 · %4 blocks · %5 parameters · %6 MAC per sample")
                                                 .arg(QString::fromStdString(experiment.name), QString::fromStdString(experiment.description), QString::fromStdString(join(tasks, ", ")))
                                                 .arg(experiment.graph.nodes.size())
                                                 .arg(QString::fromStdString(shortCount(double(analysis.parameters))), QString::fromStdString(shortCount(double(analysis.macs)))),
                list_);
            item->setData(Qt::UserRole, file);
        } catch (const std::exception &error) {
            new QListWidgetItem(QString::fromUtf8(error.what()), list_);
        }
    }
    list_->setCurrentRow(0);
    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Open | QDialogButtonBox::Cancel, this);
    QPushButton *open = buttons->button(QDialogButtonBox::Open);
    open->setProperty("primary", true);
    open->style()->unpolish(open);   // the box has dressed it already
    open->style()->polish(open);
    QPushButton *recipes = buttons->addButton(tr("From a &recipe …"), QDialogButtonBox::ResetRole);
    recipes->setObjectName(QStringLiteral("galleryRecipes"));
    recipes->setToolTip(tr("Published systems, laid out for your data"));
    recipes->setAutoDefault(false);
    connect(recipes, &QPushButton::clicked, this, [this] {
        reject();
        Q_EMIT recipesWanted();
    });
    connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(list_, &QListWidget::itemActivated, this, &QDialog::accept);
    auto *layout = new QVBoxLayout(this);
    layout->addWidget(list_);
    layout->addWidget(buttons);
}

QString ExampleGallery::chosen() const
{
    return list_->currentItem() ? list_->currentItem()->data(Qt::UserRole).toString() : QString();
}

} // namespace concord
