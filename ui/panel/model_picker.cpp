#include "ui/panel/model_picker.h"

#include "core/session/recipe.h"
#include "ui/widget/choice_tree.h"
#include "ui/widget/recipe_filter.h"
#include "ui/widget/scroll_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QTreeWidget>

#include <algorithm>

namespace concord {

namespace {

QString modelPage(const ModelChoice &choice)
{
    const auto text = [](const std::string &words) { return QString::fromStdString(words).toHtmlEscaped(); };
    const auto line = [](const QString &what, const QString &words) { return words.isEmpty() ? QString() : QStringLiteral("<p><b>%1</b> %2</p>").arg(what, words); };
    QString page = QStringLiteral("<h3>%1</h3>").arg(text(choice.card.title));
    if (!choice.refusal.empty())
        page += line(ModelPicker::tr("Not here:"), text(choice.refusal));
    if (!choice.card.summary.empty())
        page += QStringLiteral("<p>%1</p>").arg(text(choice.card.summary));
    if (const auto *entry = RecipeRegistry::instance().find(choice.card.id)) {
        const std::unique_ptr<Recipe> recipe = entry->make();
        for (const std::string &sentence : recipe->card().explanation)
            page += QStringLiteral("<p>%1</p>").arg(text(sentence));
    }
    if (choice.refusal.empty())
        page += line(ModelPicker::tr("Size"), ModelPicker::tr("%1 parameters, %2 MAC per sample; about ×%3 of this graph's step with equal weights, by arithmetic")
                                                  .arg(QString::fromStdString(shortCount(double(choice.parameters))), QString::fromStdString(shortCount(double(choice.macs))))
                                                  .arg(choice.cost, 0, 'f', 2));
    page += line(ModelPicker::tr("Paper"), text(choice.card.paper));
    return page + (choice.card.paper.empty() ? QString() : line(ModelPicker::tr("Fidelity"), text(choice.card.fidelity)));
}

} // namespace

ModelPicker::ModelPicker(const QString &find, QWidget *parent)
    : QWidget(parent)
    , tree_(new ChoiceTree(find, 3, this))
    , card_(new QLabel(this))
{
    card_->setWordWrap(true);
    card_->setTextFormat(Qt::RichText);
    card_->setAlignment(Qt::AlignTop);
    card_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    tree_->list()->setHeaderHidden(false);
    tree_->list()->setHeaderLabels({QString(), tr("parameters"), tr("MAC"), tr("step")});
    tree_->list()->headerItem()->setToolTip(3, tr("Work of a step against this graph's with equal weights, by arithmetic"));
    for (int column = 1; column <= 3; ++column)
        tree_->list()->headerItem()->setTextAlignment(column, Qt::AlignRight | Qt::AlignVCenter);
    auto *page = new QWidget(this);
    QVBoxLayout *rows = addScrollPage(page, {12, 8, 12, 8});
    rows->addWidget(card_);
    rows->addStretch(1);
    auto *columns = new QHBoxLayout(this);
    columns->setContentsMargins(0, 0, 0, 0);
    columns->setSpacing(12);
    columns->addWidget(tree_, 7);
    columns->addWidget(page, 5);
    connect(tree_, &ChoiceTree::currentChanged, this, &ModelPicker::showCurrent);
    connect(tree_, &ChoiceTree::checkedChanged, this, &ModelPicker::changed);
}

void ModelPicker::setFooter(QWidget *footer)
{
    tree_->layout()->addWidget(footer);
}

void ModelPicker::setChoices(const std::vector<ModelChoice> &choices)
{
    choices_ = choices;
    fill();
}

void ModelPicker::add(const ModelChoice &choice)
{
    const auto same = std::ranges::find(choices_, choice.card.id, [](const ModelChoice &each) { return each.card.id; });
    if (same == choices_.end())
        choices_.push_back(choice);
    fill();
    check(QString::fromStdString(choice.card.id), true);
    tree_->show(QString::fromStdString(choice.card.id));
}

void ModelPicker::fill()
{
    std::vector<Choice> shown;
    for (const ModelChoice &each : choices_)
        shown.push_back({.card = each.card,
                         .heading = RecipeRegistry::instance().find(each.card.id) ? recipeKindText(each.kind) : QString::fromStdString(each.kind),
                         .figures = {QString::fromStdString(shortCount(double(each.parameters))), QString::fromStdString(shortCount(double(each.macs))), u'×' + QString::number(each.cost, 'f', each.cost < 10 ? 1 : 0)},
                         .refusal = QString::fromStdString(each.refusal)});
    tree_->setChoices(shown);
    showCurrent();
}

void ModelPicker::check(const QString &id, bool on)
{
    tree_->check(id, on);
}

std::vector<Entrant> ModelPicker::entrants() const
{
    std::vector<Entrant> ticked;
    for (const ModelChoice &each : choices_)
        if (tree_->isChecked(QString::fromStdString(each.card.id)))
            ticked.push_back(each.entrant);
    return ticked;
}

void ModelPicker::showCurrent()
{
    const Choice *shown = tree_->current();
    const auto it = shown ? std::ranges::find(choices_, shown->card.id, [](const ModelChoice &each) { return each.card.id; }) : choices_.end();
    card_->setText(it == choices_.end() ? tr("Choose one to read what it is.") : modelPage(*it));
}

} // namespace concord
