#include "ui/panel/method_picker.h"

#include "ui/widget/choice_tree.h"
#include "ui/widget/scroll_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QTreeWidget>

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>

namespace concord {

namespace {

constexpr const char *referenceMethod = "equal";

QString methodPage(const MethodChoice &choice)
{
    const Card &card = choice.card;
    const auto line = [](const QString &what, const QString &text) {
        return text.isEmpty() ? QString() : QStringLiteral("<p><b>%1</b> %2</p>").arg(what, text.toHtmlEscaped());
    };
    const auto text = [](const std::string &words) { return QString::fromStdString(words); };
    QString page = QStringLiteral("<h3>%1</h3><p>%2</p>").arg(text(card.title).toHtmlEscaped(), text(card.summary).toHtmlEscaped());
    if (!choice.refusal.empty())
        page += line(MethodPicker::tr("Not for this graph:"), text(choice.refusal));
    else
        page += line(MethodPicker::tr("Cost"), MethodPicker::tr("about ×%1 of a step with equal weights, by arithmetic: %2").arg(choice.cost, 0, 'f', 2).arg(text(choice.passes)));
    page += line(MethodPicker::tr("Paper"), text(card.paper)) + line(MethodPicker::tr("Fidelity"), card.paper.empty() ? QString() : text(card.fidelity));
    if (!choice.presets.empty())
        page += line(MethodPicker::tr("Presets"), text("paper, " + join(choice.presets, ", ")));
    for (const ParamSpec &spec : choice.params)
        page += line(text(spec.name + " = " + paramText(spec.value)), text(spec.info.help));
    return page;
}

} // namespace

MethodPicker::MethodPicker(QWidget *parent)
    : QWidget(parent)
    , tree_(new ChoiceTree(tr("Type to find a method …"), 1, this))
    , card_(new QLabel(this))
    , settings_(new QLineEdit(this))
{
    list()->setObjectName(QStringLiteral("methodList"));
    list()->setAccessibleName(tr("Balance methods"));
    card_->setWordWrap(true);
    card_->setTextFormat(Qt::RichText);
    card_->setAlignment(Qt::AlignTop);
    card_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    settings_->setObjectName(QStringLiteral("methodSettings"));
    settings_->setAccessibleName(tr("Settings of the method"));
    settings_->setToolTip(tr("parameter=value, several with a colon between; | separates alternatives, each of which becomes a line of its own"));

    auto *page = new QWidget(this);
    page->setObjectName(QStringLiteral("methodCard"));
    QVBoxLayout *rows = addScrollPage(page, {12, 8, 12, 8});
    rows->addWidget(card_);
    rows->addStretch(1);
    auto *right = new QVBoxLayout;
    right->setSpacing(6);
    right->addWidget(page, 1);
    auto *row = new QHBoxLayout;
    auto *label = new QLabel(tr("Settings"), this);
    label->setBuddy(settings_);
    row->addWidget(label);
    row->addWidget(settings_, 1);
    right->addLayout(row);
    auto *columns = new QHBoxLayout(this);
    columns->setContentsMargins(0, 0, 0, 0);
    columns->setSpacing(12);
    columns->addWidget(tree_, 5);
    columns->addLayout(right, 6);

    connect(tree_, &ChoiceTree::currentChanged, this, &MethodPicker::showCurrent);
    connect(tree_, &ChoiceTree::checkedChanged, this, &MethodPicker::changed);
    connect(settings_, &QLineEdit::textEdited, this, [this](const QString &text) {
        const MethodChoice *method = current();
        if (!method)
            return;
        const QString id = QString::fromStdString(method->card.id);
        settingsOf_[id] = text.trimmed();
        // Who writes settings for a method means to have it.
        if (!text.trimmed().isEmpty() && !tree_->isChecked(id))
            tree_->check(id, true);
        else
            Q_EMIT changed();
    });
    showCurrent();
}

void MethodPicker::setChoices(const std::vector<MethodChoice> &choices)
{
    choices_ = choices;
    // The cheapest kind first, and of two alike the larger.
    std::map<std::string, std::pair<double, int>> costs;
    for (const MethodChoice &each : choices_) {
        costs[each.card.category].first += each.cost;
        ++costs[each.card.category].second;
    }
    const auto place = [&costs](const MethodChoice &each) {
        const auto &[sum, count] = costs.at(each.card.category);
        return std::tuple(std::round(sum / count), -count, each.card.category);
    };
    std::ranges::stable_sort(choices_, {}, place);
    std::vector<Choice> shown;
    for (const MethodChoice &each : choices_)
        shown.push_back({.card = each.card,
                         .heading = QString::fromStdString(each.card.category),
                         .figures = {u'×' + QString::number(each.cost, 'f', each.cost < 10 ? 1 : 0)},
                         .refusal = QString::fromStdString(each.refusal),
                         .always = each.card.id == referenceMethod});   // what costs are told against
    tree_->setChoices(shown);
}

QLineEdit *MethodPicker::search() const
{
    return tree_->search();
}

QTreeWidget *MethodPicker::list() const
{
    return tree_->list();
}

const MethodChoice *MethodPicker::current() const
{
    const Choice *shown = tree_->current();
    const auto it = shown ? std::ranges::find(choices_, shown->card.id, [](const MethodChoice &each) { return each.card.id; }) : choices_.end();
    return it == choices_.end() ? nullptr : &*it;
}

void MethodPicker::show(const QString &id)
{
    tree_->show(id);
}

void MethodPicker::check(const QString &id, bool on)
{
    tree_->check(id, on);
}

QStringList MethodPicker::specs() const
{
    QStringList ids = tree_->checked();
    ids.sort();
    QStringList specs;
    for (const QString &id : ids)
        for (const QString &settings : settingsOf_.value(id).split(u'|'))
            specs += settings.trimmed().isEmpty() ? id : id + u':' + settings.trimmed();
    specs.removeDuplicates();
    return specs;
}

void MethodPicker::showCurrent()
{
    const MethodChoice *method = current();
    card_->setText(method ? methodPage(*method) : tr("Choose a method to read what it does."));
    settings_->setEnabled(method && method->refusal.empty());
    settings_->setText(method ? settingsOf_.value(QString::fromStdString(method->card.id)) : QString());
    settings_->setPlaceholderText(method && !method->params.empty() ? tr("for example %1").arg(QString::fromStdString(method->params.front().name + "=" + paramText(method->params.front().value)))
                                                                    : tr("as in the paper"));
}

} // namespace concord
