#include "ui/panel/procedure_dialog.h"

#include "core/session/session.h"
#include "ui/panel/procedure_strip.h"
#include "ui/plot/number_text.h"
#include "ui/widget/param_field.h"
#include "ui/widget/param_form.h"
#include "ui/widget/scroll_page.h"
#include "ui/widget/swatch.h"

#include <QDialogButtonBox>
#include <QDockWidget>
#include <QFormLayout>
#include <QLineEdit>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QScrollBar>
#include <QSpinBox>

#include <algorithm>

namespace concord {

namespace {

constexpr const char *frontCategory = "Pareto sets";   // what makes a front

std::unique_ptr<Procedure> makeProcedure(const std::string &id)
{
    return ProcedureRegistry::instance().make(id);
}

} // namespace

ProcedureDialog *ProcedureDialog::openFor(Workspace &workspace, QWidget *window)
{
    auto *dialog = window->findChild<ProcedureDialog *>();
    if (!dialog) {
        dialog = new ProcedureDialog(workspace, window);
        dialog->setAttribute(Qt::WA_DeleteOnClose);
    }
    dialog->show();
    dialog->raise();
    dialog->activateWindow();
    return dialog;
}

ProcedureDialog::ProcedureDialog(Workspace &workspace, QWidget *parent)
    : QDialog(parent)
    , workspace_(workspace)
    , list_(new QListWidget(this))
    , card_(new QLabel(this))
    , form_(new ParamForm(this))
    , useRun_(new QPushButton(this))
    , help_(quietLabel({}, this))
    , basis_(quietLabel({}, this))
    , steps_(new QSpinBox(this))
    , front_(new QLineEdit(this))
    , fields_(new QFormLayout)
    , sayings_(new QPlainTextEdit(this))
    , start_(new QPushButton(tr("Start"), this))
{
    setWindowTitle(tr("Run a procedure"));
    setObjectName(QStringLiteral("procedureDialog"));
    resize(820, 620);
    makePages();
    fillList();
    connect(list_, &QListWidget::currentItemChanged, this, &ProcedureDialog::showCurrent);
    connect(form_, &ParamForm::edited, this, [this](const QString &name, const ParamValue &value) {
        values_[QString::fromStdString(current())][name.toStdString()] = value;
        showValues();
    });
    connect(form_, &ParamForm::resetWanted, this, [this](const QString &name) {
        values_[QString::fromStdString(current())].erase(name.toStdString());
        showValues();
    });
    useRun_->setAutoDefault(false);
    connect(useRun_, &QPushButton::clicked, this, [this] {
        values_[QString::fromStdString(current())]["run"] = std::int64_t(workspace_.currentRun());
        showValues();
    });
    connect(start_, &QPushButton::clicked, this, &ProcedureDialog::start);
    connect(&workspace.document, &ExperimentDocument::changed, this, &ProcedureDialog::refresh);
    connect(&workspace.project, &Project::opened, this, &ProcedureDialog::refresh);
    connect(&workspace.project, &Project::procedureChanged, this, &ProcedureDialog::showSayings);
    connect(&workspace, &Workspace::shownRunsChanged, this, &ProcedureDialog::refresh);
    list_->setFocus();
    showCurrent();
    showSayings();
}

void ProcedureDialog::makePages()
{
    list_->setObjectName(QStringLiteral("procedureList"));
    list_->setAccessibleName(tr("Procedures"));
    list_->setFixedWidth(190);
    list_->setFrameShape(QFrame::NoFrame);
    card_->setObjectName(QStringLiteral("procedureCard"));
    card_->setWordWrap(true);
    card_->setTextFormat(Qt::RichText);
    card_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    useRun_->setObjectName(QStringLiteral("procedureUseRun"));
    basis_->setObjectName(QStringLiteral("procedureBasis"));
    basis_->setWordWrap(true);
    steps_->setObjectName(QStringLiteral("procedureSteps"));
    steps_->setAccessibleName(tr("Steps of a run"));
    steps_->setRange(0, 100000000);
    steps_->setButtonSymbols(QAbstractSpinBox::NoButtons);
    front_->setObjectName(QStringLiteral("procedureFront"));
    front_->setAccessibleName(tr("Name of the front"));
    front_->setPlaceholderText(tr("made from the procedure and the experiment"));
    sayings_->setObjectName(QStringLiteral("procedureSayings"));
    sayings_->setAccessibleName(tr("What the procedure says"));
    sayings_->setReadOnly(true);
    sayings_->setFixedHeight(5 * fontMetrics().height() + 12);
    start_->setObjectName(QStringLiteral("procedureStart"));
    start_->setProperty("primary", true);
    // Return belongs to the fields: nothing that takes an hour begins by it.
    start_->setAutoDefault(false);
    start_->setShortcut(QKeySequence(tr("Ctrl+Return")));

    auto *page = new QWidget(this);
    QVBoxLayout *rows = addScrollPage(page, {14, 10, 14, 10});
    rows->addWidget(card_);
    rows->addSpacing(4);
    form_->setMaximumWidth(420);
    rows->addWidget(form_);
    rows->addWidget(useRun_, 0, Qt::AlignLeft);
    rows->addSpacing(4);
    help_->setObjectName(QStringLiteral("procedureHelp"));
    help_->setWordWrap(true);
    help_->setTextFormat(Qt::RichText);
    rows->addWidget(help_);
    rows->addStretch(1);
    auto *columns = new QHBoxLayout;
    columns->setSpacing(12);
    columns->addWidget(list_);
    columns->addWidget(page, 1);

    fields_->setVerticalSpacing(8);
    fields_->setFieldGrowthPolicy(QFormLayout::ExpandingFieldsGrow);
    fields_->addRow(tr("Steps of a run"), steps_);
    fields_->addRow(tr("Front"), front_);
    auto *buttons = new QDialogButtonBox(this);
    buttons->addButton(start_, QDialogButtonBox::ActionRole);
    QPushButton *closing = buttons->addButton(QDialogButtonBox::Close);
    closing->setIcon({});
    closing->setAutoDefault(false);
    closing->setToolTip(tr("A procedure that is going on goes on; the Fronts panel shows how far it is"));
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::close);
    auto *lower = new QHBoxLayout;
    lower->addWidget(basis_, 1);
    lower->addWidget(buttons, 0, Qt::AlignBottom);

    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(12);
    layout->addLayout(columns, 1);
    layout->addLayout(fields_);
    layout->addWidget(new ProcedureStrip(workspace_, this));
    layout->addWidget(sayings_);
    layout->addLayout(lower);
}

/// By what they are about, with a quiet line above each kind.
void ProcedureDialog::fillList()
{
    std::vector<Card> cards = listCards("procedures");
    std::ranges::stable_sort(cards, {}, [](const Card &card) { return std::pair(card.category != frontCategory, card.category); });
    std::string category;
    for (const Card &card : cards) {
        if (card.category != category) {
            auto *heading = new QListWidgetItem(QString::fromStdString(category = card.category), list_);
            heading->setFlags(Qt::NoItemFlags);
        }
        auto *item = new QListWidgetItem(QString::fromStdString(card.title), list_);
        item->setData(Qt::UserRole, QString::fromStdString(card.id));
        item->setToolTip(QString::fromStdString(card.summary));
    }
    // The yardstick for every other front.
    const QList<QListWidgetItem *> first = list_->findItems(tr("Weight sweep"), Qt::MatchExactly);
    list_->setCurrentItem(first.isEmpty() ? list_->item(1) : first.first());
}

std::string ProcedureDialog::current() const
{
    return list_->currentItem() ? list_->currentItem()->data(Qt::UserRole).toString().toStdString() : std::string();
}

void ProcedureDialog::showCurrent()
{
    const auto *entry = ProcedureRegistry::instance().find(current());
    if (!entry)
        return;
    const Card &card = entry->card;
    const auto text = [](const std::string &words) { return QString::fromStdString(words).toHtmlEscaped(); };
    QString words = QStringLiteral("<h3>%1</h3><p>%2</p>").arg(text(card.title), text(card.summary));
    if (!card.paper.empty())
        words += tr("<p><b>Paper</b> %1</p>").arg(text(card.paper));
    words += tr("<p><b>Fidelity</b> %1</p>").arg(text(card.fidelity));
    card_->setText(words);
    QString help;
    for (const std::unique_ptr<Procedure> procedure = makeProcedure(current()); const ParamSpec &spec : listParams(*procedure))
        help += QStringLiteral("<p><b>%1</b> %2</p>").arg(paramLabel(spec), text(spec.info.help));
    help_->setText(help);
    fields_->setRowVisible(front_, card.category == frontCategory);
    showValues();
}

void ProcedureDialog::showValues()
{
    const std::string id = current();
    if (id.empty())
        return;
    form_->show([id] { return std::unique_ptr<Parametrised>(makeProcedure(id)); }, values_.value(QString::fromStdString(id)));
    refresh();
}

bool ProcedureDialog::startsFromRun() const
{
    const ParamMap values = values_.value(QString::fromStdString(current()));
    const auto run = values.find("run");
    return run != values.end() && run->second != ParamValue(std::int64_t(0));
}

/// "10 runs", for the settings as they stand.
QString ProcedureDialog::effort() const
{
    const std::unique_ptr<Procedure> procedure = makeProcedure(current());
    readParams(*procedure, values_.value(QString::fromStdString(current())));
    return QString::fromStdString(procedure->effort(workspace_.document.analysis().tasks.size()));
}

QString ProcedureDialog::refusal() const
{
    if (!workspace_.project.isOpen())
        return tr("Open or make a project first.");
    if (workspace_.project.procedure().isActive())
        return tr("One procedure at a time: “%1” is going on.").arg(workspace_.project.procedure().title);
    if (const Analysis &analysis = workspace_.document.analysis(); !startsFromRun() && !analysis.runnable())
        return tr("The graph cannot run yet: %1").arg(QString::fromStdString(analysis.firstError()));
    return {};
}

void ProcedureDialog::refresh()
{
    const int run = workspace_.currentRun();
    const auto &runs = workspace_.project.runs();
    const auto found = std::ranges::find(runs, run, &RunSummary::number);
    useRun_->setVisible(form_->field("run") && found != runs.end());
    if (found != runs.end())
        useRun_->setText(fontMetrics().elidedText(tr("Start from run %1, %2").arg(run).arg(QString::fromStdString(found->name)), Qt::ElideRight, 420));
    const Plan &plan = workspace_.document.experiment().plan;
    steps_->setSpecialValueText(plan.steps > 0 ? tr("as planned, %1").arg(groupedNumber(plan.steps)) : tr("as planned, epochs: %1").arg(plan.epochs));
    steps_->setEnabled(!startsFromRun());
    const QString why = refusal();
    start_->setEnabled(why.isEmpty());
    start_->setToolTip(why.isEmpty() ? start_->shortcut().toString(QKeySequence::NativeText) : why);
    QStringList tasks;
    for (const GraphTask &task : workspace_.document.analysis().tasks)
        tasks += QString::fromStdString(task.info.name);
    basis_->setText(!why.isEmpty()    ? why
                    : startsFromRun() ? tr("Makes %1, from that run's graph and plan.").arg(effort())
                                      : tr("Makes %1, from “%2” with %3; runs appear in Runs as they begin.").arg(effort(), QString::fromStdString(workspace_.document.experiment().name), tasks.join(QStringLiteral(", "))));
}

void ProcedureDialog::showSayings()
{
    const QStringList &said = workspace_.project.procedure().said;
    const QString text = said.join(u'\n');
    sayings_->setVisible(!said.isEmpty());
    if (text != sayings_->toPlainText()) {
        sayings_->setPlainText(text);
        sayings_->verticalScrollBar()->setValue(sayings_->verticalScrollBar()->maximum());
    }
    if (const bool active = workspace_.project.procedure().isActive(); start_->isEnabled() == active)
        refresh();
}

ProcedureOrder ProcedureDialog::order() const
{
    ProcedureOrder order{.procedure = current(), .params = values_.value(QString::fromStdString(current())), .experiment = {}, .front = front_->text().trimmed().toStdString()};
    if (!startsFromRun()) {
        order.experiment = workspace_.document.experiment();
        if (steps_->value() > 0)
            order.experiment.plan.steps = steps_->value();
    }
    return order;
}

void ProcedureDialog::start()
{
    for (const std::unique_ptr<Procedure> procedure = makeProcedure(current()); const ParamSpec &spec : listParams(*procedure))
        if (const QString problem = form_->field(spec.name)->problem(); !problem.isEmpty()) {
            basis_->setText(tr("%1: %2").arg(paramLabel(spec), problem));
            return;
        }
    if (const QString sentence = workspace_.project.startProcedure(order()); !sentence.isEmpty()) {
        basis_->setText(sentence);
        return;
    }
    // Where its front comes up.
    if (auto *dock = parentWidget() ? parentWidget()->window()->findChild<QDockWidget *>(QStringLiteral("front")) : nullptr; dock && !dock->isHidden())
        dock->raise();
}

} // namespace concord
