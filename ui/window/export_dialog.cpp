#include "ui/window/export_dialog.h"

#include "core/session/session.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QToolButton>

#include <memory>

namespace concord {

ExportDialog::ExportDialog(Workspace &workspace, QWidget *parent)
    : QDialog(parent)
    , workspace_(workspace)
    , run_(new QComboBox(this))
    , format_(new QComboBox(this))
    , file_(new QLineEdit(this))
    , outcome_(new QLabel(this))
{
    setWindowTitle(tr("Export model"));
    setObjectName(QStringLiteral("exportDialog"));
    for (const RunSummary &run : workspace.project.runs())
        run_->addItem(QStringLiteral("%1  %2").arg(run.number).arg(QString::fromStdString(run.name)), run.number);
    run_->setCurrentIndex(run_->findData(workspace.currentRun()));
    for (const Card &card : listCards("exporters")) {
        format_->addItem(QString::fromStdString(card.title), QString::fromStdString(card.id));
        format_->setItemData(format_->count() - 1, QString::fromStdString(card.summary), Qt::ToolTipRole);
    }
    format_->setCurrentIndex(std::max(0, format_->findData(QStringLiteral("torchscript"))));
    file_->setObjectName(QStringLiteral("exportFile"));
    file_->setMinimumWidth(360);
    outcome_->setWordWrap(true);
    outcome_->setObjectName(QStringLiteral("exportOutcome"));

    auto *browse = new QToolButton(this);
    browse->setText(tr("Browse …"));
    connect(browse, &QToolButton::clicked, this, [this] {
        if (const QString chosen = QFileDialog::getSaveFileName(this, tr("Export model"), file_->text()); !chosen.isEmpty())
            file_->setText(chosen);
    });
    auto *fileRow = new QHBoxLayout;
    fileRow->addWidget(file_, 1);
    fileRow->addWidget(browse);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Close, this);
    write_ = buttons->addButton(tr("Export"), QDialogButtonBox::ActionRole);
    write_->setObjectName(QStringLiteral("exportButton"));
    write_->setProperty("primary", true);
    write_->setDefault(true);
    connect(write_, &QPushButton::clicked, this, &ExportDialog::write);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(run_, &QComboBox::currentIndexChanged, this, &ExportDialog::suggestFile);
    connect(format_, &QComboBox::currentIndexChanged, this, &ExportDialog::suggestFile);

    auto *form = new QFormLayout(this);
    form->addRow(tr("Run"), run_);
    form->addRow(tr("Format"), format_);
    form->addRow(tr("File"), fileRow);
    form->addRow(outcome_);
    form->addRow(buttons);
    suggestFile();
}

void ExportDialog::suggestFile()
{
    const QString extension = format_->currentData().toString() == u"torchscript" ? QStringLiteral("pt") : format_->currentData().toString();
    const QFileInfo project(workspace_.project.file());
    file_->setText(project.dir().filePath(QStringLiteral("%1-run%2.%3").arg(project.completeBaseName()).arg(run_->currentData().toInt()).arg(extension)));
}

void ExportDialog::write()
{
    write_->setEnabled(false);
    outcome_->setText(tr("Exporting and comparing with the live model …"));
    auto result = std::make_shared<ExportResult>();
    workspace_.project.runInBackground(
        [result, project = workspace_.project.file().toStdString(), run = run_->currentData().toInt(), format = format_->currentData().toString().toStdString(), file = file_->text().toStdString()] {
            *result = exportRun(project, run, format, file);
        },
        this,
        [this, result](const QString &sentence) {
            write_->setEnabled(true);
            outcome_->setText(sentence.isEmpty() ? QString::fromStdString(result->message) : sentence);
            outcome_->setStyleSheet(QStringLiteral("color: %1").arg((sentence.isEmpty() ? workspace_.theme().good : workspace_.theme().error).name()));
        });
}

} // namespace concord
