#include "ui/widget/recipe_page.h"

#include "core/base/text.h"
#include "ui/widget/fact_list.h"
#include "ui/widget/fidelity_badge.h"
#include "ui/widget/param_form.h"
#include "ui/widget/recipe_data.h"
#include "ui/widget/recipe_filter.h"
#include "ui/widget/recipe_picture.h"
#include "ui/widget/scroll_page.h"
#include "ui/widget/swatch.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>

namespace concord {

RecipePage::RecipePage(const std::optional<Node> &own, QWidget *parent)
    : QWidget(parent)
    , own_(own)
{
    auto *rows = new QVBoxLayout(this);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(makeHead());
    rows->addWidget(makeBody(), 1);
    rows->addWidget(makeFoot());
    connect(data_, &RecipeData::changed, this, &RecipePage::ask);
    connect(options_, &ParamForm::edited, this, [this](const QString &name, const ParamValue &value) { setOption(name, &value); });
    connect(options_, &ParamForm::resetWanted, this, [this](const QString &name) { setOption(name, nullptr); });
    connect(insert_, &QPushButton::clicked, this, &RecipePage::insertWanted);
    connect(new_, &QPushButton::clicked, this, &RecipePage::newWanted);
}

QWidget *RecipePage::makeHead()
{
    auto *head = new QWidget(this);
    fillWithPanelColour(head);
    title_ = new QLabel(head);
    title_->setObjectName(QStringLiteral("recipeTitle"));
    QFont font = title_->font();
    font.setPixelSize(18);
    font.setWeight(QFont::DemiBold);
    title_->setFont(font);
    badge_ = new FidelityBadge(head);
    paper_ = quietLabel({}, head);
    paper_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    auto *grid = new QGridLayout(head);
    grid->setContentsMargins(20, 14, 20, 10);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(0, 1);
    grid->addWidget(title_, 0, 0);
    grid->addWidget(badge_, 0, 1, Qt::AlignRight | Qt::AlignVCenter);
    grid->addWidget(paper_, 1, 0, 1, 2);
    return head;
}

QWidget *RecipePage::makeBody()
{
    auto *body = new QWidget(this);
    QVBoxLayout *rows = addScrollPage(body, {20, 0, 20, 16});
    rows->setSpacing(12);
    picture_ = new RecipePicture;
    rows->addWidget(picture_);
    sentences_ = new QLabel;
    sentences_->setObjectName(QStringLiteral("recipeSentences"));
    sentences_->setTextFormat(Qt::RichText);
    sentences_->setWordWrap(true);
    sentences_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    rows->addWidget(sentences_);
    data_ = new RecipeData(own_);
    options_ = new ParamForm;
    auto *columns = new QGridLayout;
    columns->setHorizontalSpacing(28);
    columns->setVerticalSpacing(6);
    columns->setColumnStretch(0, 1);
    columns->setColumnStretch(1, 1);
    columns->addWidget(quietLabel(tr("Data"), body), 0, 0);
    columns->addWidget(quietLabel(tr("Options"), body), 0, 1);
    columns->addWidget(data_, 1, 0);
    columns->addWidget(options_, 1, 1, Qt::AlignTop);
    rows->addLayout(columns);
    rows->addStretch(1);
    return body;
}

QWidget *RecipePage::makeFoot()
{
    auto *foot = new QWidget(this);
    fillWithPanelColour(foot);
    cost_ = new QLabel(foot);
    cost_->setObjectName(QStringLiteral("recipeCost"));
    refusal_ = new QLabel(foot);
    refusal_->setObjectName(QStringLiteral("recipeRefusal"));
    refusal_->setWordWrap(true);
    insert_ = new QPushButton(tr("&Insert"), foot);
    insert_->setObjectName(QStringLiteral("recipeInsert"));
    new_ = new QPushButton(tr("&New experiment"), foot);
    new_->setObjectName(QStringLiteral("recipeNew"));
    new_->setProperty("primary", true);
    // Enter in a field ends its editing; it must not press a button too.
    for (QPushButton *button : {insert_, new_})
        button->setAutoDefault(false);
    auto *words = new QVBoxLayout;
    words->setSpacing(2);
    words->addWidget(cost_);
    words->addWidget(refusal_);
    auto *row = new QHBoxLayout;
    row->setContentsMargins(20, 10, 20, 12);
    row->setSpacing(8);
    row->addLayout(words, 1);
    row->addWidget(insert_);
    row->addWidget(new_);
    auto *line = new QFrame(foot);
    line->setFixedHeight(1);
    line->setStyleSheet(QStringLiteral("background: palette(mid);"));
    auto *rows = new QVBoxLayout(foot);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(0);
    rows->addWidget(line);
    rows->addLayout(row);
    return foot;
}

void RecipePage::show(const RecipeCard &card, const Theme &theme)
{
    const bool isOther = card.card.id != card_.card.id;
    card_ = card;
    theme_ = theme;
    title_->setText(QString::fromStdString(card.card.title));
    badge_->setVisible(true);
    badge_->show(QString::fromStdString(card.card.fidelity), theme);
    const QString paper = QString::fromStdString(card.card.paper);
    const QString year = QString::number(card.year);
    QStringList facts;
    if (!paper.isEmpty())
        facts += paper;
    if (card.year > 0 && !paper.contains(year))
        facts += year;
    facts += recipeKindText(card.kind);
    paper_->setText(facts.join(QStringLiteral(" · ")));
    const QString headings[] = {tr("Idea"), tr("How it works"), tr("Cost")};
    QString rows;
    for (std::size_t i = 0; i < card.explanation.size() && i < 3; ++i)
        rows += QStringLiteral("<tr><td style='color:%1; padding-right:16px; white-space:nowrap'>%2</td><td style='padding-bottom:6px'>%3</td></tr>")
                    .arg(theme.quiet.name(), headings[i], QString::fromStdString(card.explanation[i]).toHtmlEscaped());
    sentences_->setText(QStringLiteral("<table cellspacing='0' cellpadding='0'>%1</table>").arg(rows));
    if (isOther)
        showOptions();
    ask();
}

void RecipePage::showNothing()
{
    card_ = {};
    draft_ = nullptr;
    title_->setText(tr("No recipe is left"));
    badge_->setVisible(false);
    paper_->setText(tr("Take back a filter, or search for something else."));
    sentences_->clear();
    options_->clear();
    picture_->show(nullptr, theme_);
    cost_->clear();
    refusal_->clear();
    refreshButtons();
}

void RecipePage::showOptions()
{
    if (!card_.card.id.empty())
        options_->show([id = card_.card.id] { return std::unique_ptr<Parametrised>(RecipeRegistry::instance().make(id)); }, chosen_[card_.card.id]);
}

void RecipePage::setOption(const QString &name, const ParamValue *value)
{
    ParamMap &options = chosen_[card_.card.id];
    if (value)
        options[name.toStdString()] = *value;
    else
        options.erase(name.toStdString());
    showOptions();
    ask();
}

RecipeWish RecipePage::wish() const
{
    const auto options = chosen_.find(card_.card.id);
    return {.recipe = card_.card.id, .options = options == chosen_.end() ? ParamMap() : options->second, .data = data_->node(), .tasks = data_->tasks()};
}

void RecipePage::ask()
{
    draft_ = nullptr;
    refreshButtons();
    if (!card_.card.id.empty())
        Q_EMIT wishChanged();
}

void RecipePage::showDraft(const std::shared_ptr<const RecipeDraft> &draft)
{
    draft_ = draft;
    data_->showTasks(draft->dataTasks);
    picture_->show(draft, theme_);
    const Analysis &analysis = draft->analysis;
    QString sentence = QString::fromStdString(draft->refusal);
    if (data_->isNoneTicked())
        sentence = tr("tick at least one task");
    if (!sentence.isEmpty() && !sentence.endsWith(u'.'))
        sentence += u'.';
    refusal_->setText(sentence.left(1).toUpper() + sentence.mid(1));
    refusal_->setStyleSheet(QStringLiteral("color: %1").arg(theme_.error.name()));
    refusal_->setVisible(!sentence.isEmpty());
    cost_->setVisible(sentence.isEmpty());
    cost_->setText(tr("<b>%1</b> parameters &nbsp;·&nbsp; <b>%2</b> MAC per sample &nbsp;·&nbsp; %3 blocks")
                       .arg(QString::fromStdString(shortCount(double(analysis.parameters))), QString::fromStdString(shortCount(double(analysis.macs))))
                       .arg(draft->experiment.graph.nodes.size()));
    cost_->setToolTip(tr("%1 parameters, %2 multiply-adds for one sample forwards").arg(groupedNumber(analysis.parameters), groupedNumber(analysis.macs)));
    refreshButtons();
}

void RecipePage::refreshButtons()
{
    const bool canMake = draft_ && draft_->refusal.empty() && !data_->isNoneTicked();
    // A graph has one data node.
    const bool fits = !own_ || data_->isOwn();
    new_->setEnabled(canMake);
    new_->setToolTip(tr("Takes the place of the graph that is there; one step, which can be undone (Enter)"));
    insert_->setEnabled(canMake && fits);
    insert_->setToolTip(fits ? tr("Puts its blocks beside what is there (Ctrl+Enter)")
                             : tr("Blocks for other data cannot be put beside what is there: choose this experiment's data, or take a new experiment."));
}

} // namespace concord
