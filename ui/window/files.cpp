// Projects, experiments, examples, exports: everything that names a file.
#include "ui/window/example_gallery.h"
#include "ui/window/export_dialog.h"
#include "ui/window/main_window.h"

#include <QAction>
#include <QDir>
#include <QFile>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMenuBar>
#include <QSettings>
#include <QStandardPaths>

namespace concord {

namespace {

const auto recentKey = QStringLiteral("recent");

void remember(const QString &file)
{
    QSettings settings;
    QStringList recent = settings.value(recentKey).toStringList();
    recent.removeAll(file);
    recent.prepend(file);
    settings.setValue(recentKey, recent.mid(0, 12));
}

/// ~/Concord/<name>.concord, with a number when it is taken.
QString freeProjectFile(const QString &name)
{
    const QDir folder(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation));
    folder.mkpath(QStringLiteral("Concord"));
    for (int number = 1;; ++number) {
        const QString file = folder.filePath(QStringLiteral("Concord/%1%2.concord").arg(name, number == 1 ? QString() : QStringLiteral(" %1").arg(number)));
        if (!QFileInfo::exists(file))
            return file;
    }
}

} // namespace

bool MainWindow::openProject(const QString &file, bool create)
{
    const QString path = QFileInfo(file).absoluteFilePath();
    if (const QString sentence = workspace_.project.open(path, create); !sentence.isEmpty()) {
        say(sentence);
        return false;
    }
    remember(path);
    setWindowTitle(tr("%1 — Concord").arg(QFileInfo(path).fileName()));
    projectLabel_->setText(QFileInfo(path).fileName());
    projectLabel_->setToolTip(path);
    projectLabel_->setMinimumHeight(menuBar()->height() - 2);
    menuBar()->setCornerWidget(projectLabel_);   // makes room for the new text
    workspace_.showRuns({});
    Experiment experiment;
    QString complaint;
    try {
        // A project that only the command line has worked in has no draft: then what it ran last is of interest.
        if (const QString draft = workspace_.project.draft(); !draft.isEmpty())
            experiment = experimentFromJson(draft.toStdString(), path.toStdString());
        else if (!workspace_.project.runs().empty())
            experiment = experimentFromJson(workspace_.project.runs().back().experiment, path.toStdString());
    } catch (const std::exception &error) {
        complaint = QString::fromUtf8(error.what());
    }
    // A draft that cannot be read stays in the project until the graph is edited.
    workspace_.document.load(experiment);
    draftTimer_.stop();
    wasEdited_ = false;
    savedLabel_->setText(complaint.isEmpty() ? tr("All changes saved") : QString());
    if (!complaint.isEmpty())
        say(complaint);
    if (!workspace_.project.runs().empty())
        workspace_.showRuns({workspace_.project.runs().back().number});
    return true;
}

void MainWindow::openExperiment(const QString &file)
{
    try {
        QFile source(file);
        if (!source.open(QIODevice::ReadOnly))
            throw Error("{}: expected a file that can be read, found: {}", file.toStdString(), source.errorString().toStdString());
        const Experiment experiment = experimentFromJson(source.readAll().toStdString(), file.toStdString());
        if (!workspace_.project.isOpen() && !openProject(freeProjectFile(QFileInfo(file).completeBaseName()), true))
            return;
        if (workspace_.document.graph().nodes.empty())
            workspace_.document.load(experiment);
        else
            workspace_.document.replace(tr("Open %1").arg(QFileInfo(file).fileName()), experiment);
        saveDraftNow();
        setMode(Mode::design);
    } catch (const std::exception &error) {
        say(QString::fromUtf8(error.what()));
    }
}

void MainWindow::openFile(const QString &file)
{
    QString chosen = file;
    if (chosen.isEmpty())
        chosen = QFileDialog::getOpenFileName(this, tr("Open"), {}, tr("Projects and experiments (*.concord *.json)"));
    if (chosen.isEmpty())
        return;
    saveDraftNow();
    if (chosen.endsWith(u".json", Qt::CaseInsensitive)) {
        openExperiment(chosen);
    } else if (openProject(chosen, !QFileInfo::exists(chosen)) && workspace_.document.graph().nodes.empty()) {
        newFromExample();
    }
}

void MainWindow::openLast()
{
    for (const QString &file : QSettings().value(recentKey).toStringList())
        if (QFileInfo::exists(file) && openProject(file, false))
            return;
    const QStringList examples = ExampleGallery::files();
    if (!openProject(freeProjectFile(tr("First project")), true) || examples.isEmpty())
        return;
    openExperiment(examples.first());
}

void MainWindow::newProject()
{
    const QString file = QFileDialog::getSaveFileName(this, tr("New project"), freeProjectFile(tr("Project")), tr("Projects (*.concord)"));
    if (file.isEmpty())
        return;
    saveDraftNow();
    const QString path = file.endsWith(u".concord") ? file : file + QStringLiteral(".concord");
    if (QFileInfo::exists(path)) {
        say(tr("%1 exists already: open it, or choose another name.").arg(path));
        return;
    }
    if (openProject(path, true))
        setMode(Mode::design);
}

void MainWindow::newFromExample()
{
    auto *gallery = new ExampleGallery(this);
    gallery->setAttribute(Qt::WA_DeleteOnClose);
    connect(gallery, &QDialog::accepted, this, [this, gallery] { openExperiment(gallery->chosen()); });
    connect(gallery, &ExampleGallery::recipesWanted, findChild<QAction *>(QStringLiteral("newFromRecipe")), &QAction::trigger);
    gallery->open();
}

void MainWindow::saveExperimentAs()
{
    QString file = QFileDialog::getSaveFileName(this, tr("Save experiment"), QString::fromStdString(workspace_.document.experiment().name) + QStringLiteral(".json"), tr("Experiments (*.json)"));
    if (file.isEmpty())
        return;
    if (!file.endsWith(u".json"))
        file += QStringLiteral(".json");
    try {
        saveExperiment(workspace_.document.experiment(), file.toStdString());
        say(tr("Saved %1").arg(file));
    } catch (const std::exception &error) {
        say(QString::fromUtf8(error.what()));
    }
}

void MainWindow::exportModel()
{
    if (!workspace_.currentRun()) {
        say(tr("There is no run to export yet: press Run first."));
        return;
    }
    auto *dialog = new ExportDialog(workspace_, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::saveReport()
{
    const QList<int> shown = workspace_.shownRuns();
    if (shown.isEmpty()) {
        say(tr("There is no run to report yet: press Run first."));
        return;
    }
    const QString folder = QFileDialog::getExistingDirectory(this, tr("Folder for the report"));
    if (folder.isEmpty())
        return;
    const std::vector<int> runs(shown.begin(), shown.end());
    workspace_.project.runInBackground(
        [project = workspace_.project.file().toStdString(), runs, folder = folder.toStdString()] { writeReport(project, runs, folder); }, this,
        [this, folder](const QString &sentence) { say(sentence.isEmpty() ? tr("Wrote %1/report.html").arg(folder) : sentence); });
}

void MainWindow::saveDraftSoon()
{
    wasEdited_ = true;
    savedLabel_->setText(tr("Saving …"));
    draftTimer_.start();
}

void MainWindow::saveDraftNow()
{
    draftTimer_.stop();
    if (!workspace_.project.isOpen() || !wasEdited_)
        return;
    wasEdited_ = false;
    workspace_.project.saveDraft(QString::fromStdString(toJson(workspace_.document.experiment())));
    savedLabel_->setText(tr("All changes saved"));
}

} // namespace concord
