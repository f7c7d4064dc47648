#include "ui/widget/recipe_data.h"

#include "core/graph/block.h"
#include "ui/widget/param_form.h"
#include "ui/widget/swatch.h"
#include "ui/widget/value_edit.h"

#include <QCheckBox>
#include <QVBoxLayout>

#include <algorithm>

namespace concord {

RecipeData::RecipeData(const std::optional<Node> &own, QWidget *parent)
    : QWidget(parent)
    , own_(own)
    , choice_(new ChoiceBox(this))
    , settingsBox_(new QWidget(this))
    , form_(new ParamForm(settingsBox_))
    , heading_(quietLabel(tr("Tasks"), this))
    , ticks_(new QVBoxLayout)
{
    choice_->setObjectName(QStringLiteral("recipeData"));
    choice_->setAccessibleName(tr("Data"));
    if (own_) {
        const BlockRegistry::Entry *entry = BlockRegistry::instance().find(own_->type);
        const std::string title = !own_->title.empty() ? own_->title : entry ? entry->card.title : own_->type;
        choice_->addItem(tr("This experiment's: %1").arg(QString::fromStdString(title)), QString());
    }
    for (const auto &[id, entry] : BlockRegistry::instance().entries())
        if (entry.card.category == "Data")
            choice_->addItem(QString::fromStdString(entry.card.title), QString::fromStdString(id));
    if (!own_)
        choice_->setCurrentIndex(std::max(0, choice_->findData(QStringLiteral("scenes"))));

    auto *settings = new QVBoxLayout(settingsBox_);
    settings->setContentsMargins(0, 0, 0, 0);
    settings->addWidget(form_);
    ticks_->setSpacing(4);
    ticks_->setContentsMargins(0, 0, 0, 0);
    auto *rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(6);
    rows->addWidget(choice_);
    rows->addSpacing(4);
    rows->addWidget(heading_);
    rows->addLayout(ticks_);
    rows->addSpacing(4);
    rows->addWidget(settingsBox_);
    rows->addStretch(1);
    connect(choice_, &QComboBox::currentIndexChanged, this, [this] {
        settings_.clear();
        choose();
        Q_EMIT changed();
    });
    connect(form_, &ParamForm::edited, this, [this](const QString &name, const ParamValue &value) { setSetting(name, &value); });
    connect(form_, &ParamForm::resetWanted, this, [this](const QString &name) { setSetting(name, nullptr); });
    choose();
}

bool RecipeData::isOwn() const
{
    return own_ && choice_->currentData().toString().isEmpty();
}

Node RecipeData::node() const
{
    if (isOwn()) {
        Node data = *own_;
        data.frame.clear(); // its group is the graph's matter
        return data;
    }
    return {.id = "data", .type = choice_->currentData().toString().toStdString(), .params = settings_};
}

/// Another choice: its settings, and tasks that are not known yet.
void RecipeData::choose()
{
    settingsBox_->setVisible(!isOwn());
    if (isOwn())
        form_->clear();
    else
        form_->show([type = node().type] { return std::unique_ptr<Parametrised>(BlockRegistry::instance().make(type)); }, settings_);
    showTasks({});
}

void RecipeData::setSetting(const QString &name, const ParamValue *value)
{
    if (value)
        settings_[name.toStdString()] = *value;
    else
        settings_.erase(name.toStdString());
    form_->show([type = node().type] { return std::unique_ptr<Parametrised>(BlockRegistry::instance().make(type)); }, settings_);
    Q_EMIT changed();
}

std::vector<std::string> RecipeData::tasks() const
{
    std::vector<std::string> ticked;
    for (std::size_t i = 0; i < boxes_.size(); ++i)
        if (boxes_[i]->isChecked())
            ticked.push_back(known_[i].name);
    return ticked;
}

bool RecipeData::isNoneTicked() const
{
    return !boxes_.empty() && std::ranges::none_of(boxes_, [](const QCheckBox *box) { return box->isChecked(); });
}

void RecipeData::showTasks(const std::vector<TaskInfo> &tasks)
{
    if (tasks == known_ && !boxes_.empty())
        return;
    std::vector<std::string> off;
    for (std::size_t i = 0; i < boxes_.size(); ++i)
        if (!boxes_[i]->isChecked())
            off.push_back(known_[i].name);
    for (QCheckBox *box : boxes_) {
        box->hide();
        box->disconnect(this);
        box->deleteLater();
    }
    boxes_.clear();
    known_ = tasks;
    heading_->setVisible(!tasks.empty());
    for (const TaskInfo &task : tasks) {
        const QString kind = QString::fromUtf8(name(task.kind));
        const QString words = QString::fromStdString(task.name);
        auto *box = new QCheckBox(words == kind ? words : words + QStringLiteral(" · ") + kind, this);
        box->setChecked(std::ranges::find(off, task.name) == off.end());
        connect(box, &QCheckBox::toggled, this, &RecipeData::changed);
        ticks_->addWidget(box);
        boxes_.push_back(box);
    }
}

} // namespace concord
