#include "ui/panel/compare_dialog.h"

#include "ui/panel/compare_protocol.h"
#include "ui/panel/method_picker.h"
#include "ui/panel/model_picker.h"
#include "ui/plot/number_text.h"
#include "ui/widget/choice_tree.h"
#include "ui/widget/swatch.h"

#include <QDialogButtonBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>
#include <QTabBar>
#include <QTreeWidget>
#include <QVBoxLayout>

#include <memory>

namespace concord {

/// What a setup comes to, worked out away from the window's thread.
struct CompareDialog::Estimate
{
    ComparisonSetup setup = {};
    RunCount count = {};
    std::optional<StepTime> step = {};
};

CompareDialog::CompareDialog(Workspace &workspace, QWidget *parent)
    : QDialog(parent)
    , workspace_(workspace)
    , base_(workspace.document.experiment())
    , kinds_(new QTabBar(this))
    , pickers_(new QStackedWidget(this))
    , picker_(new MethodPicker(this))
    , recipePicker_(new ModelPicker(tr("Type to find a recipe …"), this))
    , experimentPicker_(new ModelPicker(tr("Type to find an experiment …"), this))
    , intro_(quietLabel({}, this))
    , protocol_(new CompareProtocol(base_.plan, this))
    , count_(new QLabel(this))
    , time_(quietLabel({}, this))
{
    setWindowTitle(tr("Compare"));
    setObjectName(QStringLiteral("compareDialog"));
    resize(1120, 680);
    // A tint, on which boxes and quiet figures can still be seen.
    const Theme &theme = workspace.theme();
    setStyleSheet(QStringLiteral("QTreeView::item:selected { background: %1; color: %2; }")
                      .arg(theme.dark ? QStringLiteral("rgba(109, 155, 255, 46)") : QStringLiteral("rgba(42, 107, 242, 28)"), theme.text.name()));
    intro_->setWordWrap(true);
    count_->setObjectName(QStringLiteral("compareCount"));
    count_->setWordWrap(true);
    time_->setObjectName(QStringLiteral("compareTime"));
    time_->setWordWrap(true);

    auto *buttons = new QDialogButtonBox(QDialogButtonBox::Cancel, this);
    // Return ticks what was found by typing: hours of training do not begin by it.
    start_ = buttons->addButton(tr("Start"), QDialogButtonBox::ActionRole);
    start_->setAutoDefault(false);
    start_->setShortcut(QKeySequence(tr("Ctrl+Return")));
    start_->setObjectName(QStringLiteral("compareStart"));
    start_->setProperty("primary", true);
    start_->style()->unpolish(start_);   // the box has dressed it already
    start_->style()->polish(start_);
    start_->setEnabled(false);
    buttons->button(QDialogButtonBox::Cancel)->setIcon({});
    buttons->button(QDialogButtonBox::Cancel)->setAutoDefault(false);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(start_, &QPushButton::clicked, this, &CompareDialog::start);

    auto *upper = new QHBoxLayout;
    upper->setSpacing(16);
    upper->addWidget(makePickers(), 1);
    upper->addWidget(protocol_);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(count_);
    words->addWidget(time_);
    auto *lower = new QHBoxLayout;
    lower->addLayout(words, 1);
    lower->addWidget(buttons, 0, Qt::AlignBottom);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 12, 16, 12);
    layout->setSpacing(12);
    layout->addWidget(kinds_);
    layout->addWidget(intro_);
    layout->addLayout(upper, 1);
    layout->addLayout(lower);

    soon_.setSingleShot(true);
    soon_.setInterval(120);
    connect(&soon_, &QTimer::timeout, this, &CompareDialog::estimate);
    connect(picker_, &MethodPicker::changed, &soon_, qOverload<>(&QTimer::start));
    for (ModelPicker *models : {recipePicker_, experimentPicker_})
        connect(models, &ModelPicker::changed, &soon_, qOverload<>(&QTimer::start));
    connect(protocol_, &CompareProtocol::changed, &soon_, qOverload<>(&QTimer::start));
    connect(kinds_, &QTabBar::currentChanged, this, &CompareDialog::loadChoices);
    loadChoices();
}

CompareDialog::Kind CompareDialog::kind() const
{
    return Kind(kinds_->currentIndex());
}

void CompareDialog::setKind(Kind kind)
{
    kinds_->setCurrentIndex(kind);
}

QWidget *CompareDialog::makePickers()
{
    kinds_->setObjectName(QStringLiteral("compareKinds"));
    kinds_->setAccessibleName(tr("What is compared"));
    kinds_->setDrawBase(false);
    kinds_->setExpanding(false);
    for (const QString &name : {tr("Methods"), tr("Recipes"), tr("Experiments")})
        kinds_->addTab(name);
    recipePicker_->tree()->list()->setObjectName(QStringLiteral("recipeChoices"));
    recipePicker_->tree()->list()->setAccessibleName(tr("Recipes"));
    experimentPicker_->tree()->list()->setObjectName(QStringLiteral("experimentChoices"));
    experimentPicker_->tree()->list()->setAccessibleName(tr("Experiments"));
    auto *add = new QPushButton(tr("Add files …"), experimentPicker_);
    add->setObjectName(QStringLiteral("compareAddFiles"));
    add->setToolTip(tr("Experiments that were saved as documents (.json)"));
    add->setAutoDefault(false);
    connect(add, &QPushButton::clicked, this, [this] { addFiles(QFileDialog::getOpenFileNames(this, tr("Experiments to compare"), {}, tr("Experiments (*.json)"))); });
    experimentPicker_->setFooter(add);
    for (QWidget *picker : std::initializer_list<QWidget *>{picker_, recipePicker_, experimentPicker_})
        pickers_->addWidget(picker);
    return pickers_;
}

void CompareDialog::loadChoices()
{
    const Kind now = kind();
    const QString name = QString::fromStdString(base_.name);
    const QString all = tr("Every run starts from its seed's weights and sees the same batches as the others of that seed. ");
    pickers_->setCurrentIndex(now);
    intro_->setText(now == methods   ? tr("Every run starts from the same weights and sees the same batches as the others of its seed. The graph, data and plan are those of “%1”.").arg(name)
                    : now == recipes ? all + tr("Recipes are laid out for the data and tasks of “%1”, weigh all tasks alike and follow its plan.").arg(name)
                                     : all + tr("Each experiment follows its own plan; data and tasks must be those of “%1”.").arg(name));
    start_->setEnabled(false);
    (now == methods ? picker_->search() : (now == recipes ? recipePicker_ : experimentPicker_)->tree()->search())->setFocus();
    if (!loaded_.insert(now).second)
        return estimate();
    time_->setText({});
    now == methods ? loadMethods() : loadModels(now);
}

void CompareDialog::loadMethods()
{
    count_->setText(tr("Looking which methods can train this graph …"));
    auto choices = std::make_shared<std::vector<MethodChoice>>();
    workspace_.project.runInBackground([choices, base = base_] { *choices = methodChoices(base); }, this, [this, choices](const QString &sentence) {
        if (!sentence.isEmpty()) {
            count_->setText(sentence);
            return;
        }
        picker_->setChoices(*choices);
        // What is drawn is what somebody is interested in.
        for (const Node &node : base_.graph.nodes)
            if (const auto method = node.params.find("method"); node.type == "balance" && method != node.params.end())
                if (const auto *id = std::get_if<std::string>(&method->second)) {
                    picker_->check(QString::fromStdString(*id), true);
                    picker_->show(QString::fromStdString(*id));
                }
        estimate();
    });
}

void CompareDialog::loadModels(Kind wanted)
{
    count_->setText(wanted == recipes ? tr("Looking which recipes suit these data …") : tr("Looking through the project's runs …"));
    auto choices = std::make_shared<std::vector<ModelChoice>>();
    const auto work = [choices, base = base_, wanted, runs = workspace_.project.runs()] {
        *choices = wanted == recipes ? recipeChoices(base) : runChoices(base, runs);
        if (wanted == experiments)
            for (ModelChoice &each : *choices)
                each.kind = tr("This project's runs").toStdString();
        choices->insert(choices->begin(), baseChoice(base));
        choices->front().kind = tr("As it is drawn").toStdString();
    };
    workspace_.project.runInBackground(work, this, [this, choices, wanted](const QString &sentence) {
        ModelPicker *picker = wanted == recipes ? recipePicker_ : experimentPicker_;
        picker->setChoices(*choices);
        if (!choices->empty())
            picker->check(QString::fromStdString(choices->front().card.id), true);
        if (kind() != wanted)
            return;
        if (sentence.isEmpty())
            estimate();
        else
            count_->setText(sentence);
    });
}

void CompareDialog::addFiles(const QStringList &files)
{
    auto found = std::make_shared<std::vector<ModelChoice>>();
    const auto work = [found, files, base = base_] {
        for (const QString &file : files) {
            const std::filesystem::path path(file.toStdString());
            ModelChoice choice;
            try {
                const Experiment experiment = loadExperiment(path);
                choice = experimentChoice(base, experiment, experiment.name.empty() ? path.stem().string() : experiment.name);
            } catch (const std::exception &error) {
                choice = {.card = {.id = "file:" + path.string(), .title = path.filename().string()}, .refusal = error.what()};
            }
            choice.kind = tr("Files").toStdString();
            found->push_back(std::move(choice));
        }
    };
    workspace_.project.runInBackground(work, this, [this, found](const QString &) {
        for (const ModelChoice &choice : *found)
            experimentPicker_->add(choice);
        estimate();
    });
}

ComparisonSetup CompareDialog::setup() const
{
    const Kind now = kind();
    ComparisonSetup setup{.name = base_.name, .base = base_, .methods = now == methods};
    // The same base compared in another way is another table.
    if (now != methods)
        setup.name += now == recipes ? tr(", recipes").toStdString() : tr(", experiments").toStdString();
    if (now != methods)
        setup.entrants = (now == recipes ? recipePicker_ : experimentPicker_)->entrants();
    protocol_->fill(setup);
    return setup;
}

void CompareDialog::addMethods(ComparisonSetup &setup, const QStringList &specs)
{
    for (const QString &spec : specs)
        setup.entrants.push_back(methodEntrant(setup.base, spec.toStdString()));
}

void CompareDialog::estimate()
{
    start_->setEnabled(false);
    const int request = ++request_;
    auto found = std::make_shared<Estimate>(Estimate{.setup = setup()});
    if (!found->setup.methods && found->setup.entrants.empty()) {
        count_->setText(tr("Tick what is to be compared."));
        time_->setText({});
        return;
    }
    const QStringList specs = found->setup.methods ? picker_->specs() : QStringList();
    const auto work = [found, specs, file = workspace_.project.file().toStdString(), run = workspace_.currentRun()] {
        addMethods(found->setup, specs);
        found->count = countRuns(found->setup);
        if (!file.empty())
            found->step = measuredStep(RunStore(file, RunStore::Mode::read), found->setup.base, run);
    };
    workspace_.project.runInBackground(work, this, [this, found, request](const QString &sentence) {
        if (request != request_)
            return;   // a newer one is on its way
        if (sentence.isEmpty()) {
            show(*found);
            return;
        }
        count_->setText(sentence);
        time_->setText({});
    });
}

void CompareDialog::show(const Estimate &found)
{
    const RunCount &count = found.count;
    QStringList parts = {tr("%1 final").arg(count.finals)};
    if (count.baselines > 0)
        parts += tr("%1 single-task").arg(count.baselines);
    if (count.trials > 0)
        parts += tr("%1 to search settings").arg(count.trials);
    count_->setText(tr("<b>%1 runs</b>: %2").arg(count.total()).arg(parts.join(QStringLiteral(", "))));
    const std::int64_t steps = protocol_->steps() > 0 ? protocol_->steps() : found.step ? found.step->totalSteps : 0;
    if (!found.step || steps <= 0) {
        time_->setText(tr("How long this takes is not known: no run of this graph with this batch and device has been trained here yet."));
    } else {
        const QString seconds = QString::number(1000 * found.step->seconds, 'f', found.step->seconds < 0.1 ? 1 : 0);
        time_->setText(tr("About %1, at %2 ms for a step with equal weights as run %3 had, evaluations included; dearer methods by their gradients. Expect a third more or less.")
                           .arg(durationText(count.work * double(steps) * found.step->seconds), seconds)
                           .arg(found.step->run));
    }
    start_->setEnabled(workspace_.project.isOpen());
    start_->setToolTip(workspace_.project.isOpen() ? start_->shortcut().toString(QKeySequence::NativeText) : tr("Open or make a project first."));
}

void CompareDialog::start()
{
    ComparisonSetup setup = this->setup();
    try {
        if (setup.methods)
            addMethods(setup, picker_->specs());
    } catch (const std::exception &error) {
        count_->setText(QString::fromUtf8(error.what()));
        return;
    }
    accept();
    Q_EMIT started(setup);
}

} // namespace concord
