#include "ui/window/recipe_browser.h"

#include "ui/graph/recipe_insert.h"
#include "ui/widget/recipe_data.h"
#include "ui/widget/recipe_list.h"
#include "ui/widget/recipe_page.h"
#include "ui/widget/scroll_page.h"
#include "ui/widget/swatch.h"
#include "ui/widget/value_edit.h"

#include <QCoreApplication>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QScreen>

#include <algorithm>

namespace concord {

namespace {

struct CostLimit
{
    const char *text;
    std::int64_t parameters;
    std::int64_t macs;
};

constexpr CostLimit costLimits[] = {
    {QT_TRANSLATE_NOOP("RecipeBrowser", "Any cost"), -1, -1},
    {QT_TRANSLATE_NOOP("RecipeBrowser", "≤ 100 k parameters"), 100'000, -1},
    {QT_TRANSLATE_NOOP("RecipeBrowser", "≤ 1 M parameters"), 1'000'000, -1},
    {QT_TRANSLATE_NOOP("RecipeBrowser", "≤ 10 M parameters"), 10'000'000, -1},
    {QT_TRANSLATE_NOOP("RecipeBrowser", "≤ 10 M MAC"), -1, 10'000'000},
    {QT_TRANSLATE_NOOP("RecipeBrowser", "≤ 100 M MAC"), -1, 100'000'000},
    {QT_TRANSLATE_NOOP("RecipeBrowser", "≤ 1 G MAC"), -1, 1'000'000'000},
};

std::optional<Node> ownData(const ExperimentDocument &document)
{
    const Node *node = document.graph().find(document.analysis().dataNode);
    return node ? std::optional(*node) : std::nullopt;
}

} // namespace

RecipeBrowser::RecipeBrowser(Workspace &workspace, QWidget *parent)
    : QDialog(parent)
    , workspace_(workspace)
    , page_(new RecipePage(ownData(workspace.document), this))
{
    setObjectName(QStringLiteral("recipeBrowser"));
    setWindowTitle(tr("New from recipe"));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(QSize(1120, 780).boundedTo(screen()->availableSize() - QSize(40, 60)));
    auto *columns = new QHBoxLayout(this);
    columns->setContentsMargins(0, 0, 0, 0);
    columns->setSpacing(1);
    columns->addWidget(makeSide());
    columns->addWidget(page_, 1);

    connect(&maker_, &RecipeMaker::drafted, this, [this](const std::shared_ptr<const RecipeDraft> &draft) {
        draft_ = draft;
        page_->showDraft(draft);
        count();
    });
    connect(&maker_, &RecipeMaker::counted, this, [this](const RecipeCosts &costs) {
        costs_ = costs;
        refreshList();
    });
    connect(page_, &RecipePage::wishChanged, this, [this] {
        draft_ = nullptr;
        maker_.draft(page_->wish());
    });
    connect(page_, &RecipePage::insertWanted, this, &RecipeBrowser::insert);
    connect(page_, &RecipePage::newWanted, this, &RecipeBrowser::replace);
    connect(list_, &QListWidget::currentRowChanged, this, &RecipeBrowser::showCurrent);
    connect(&workspace, &Workspace::themeChanged, this, [this] {
        refreshList();
        shown_.clear();
        showCurrent();
    });
    refreshList();
    showCurrent();
    search_->setFocus();
}

QWidget *RecipeBrowser::makeSide()
{
    auto *side = new QWidget(this);
    side->setFixedWidth(368);
    fillWithPanelColour(side);
    search_ = new QLineEdit(side);
    search_->setObjectName(QStringLiteral("recipeSearch"));
    search_->setPlaceholderText(tr("Search by name, author, idea …"));
    search_->setAccessibleName(tr("Search recipes"));
    search_->setClearButtonEnabled(true);
    search_->installEventFilter(this);
    kind_ = new ChoiceBox(side);
    kind_->setAccessibleName(tr("Kind"));
    kind_->addItem(tr("All kinds"), QString());
    from_ = new ChoiceBox(side);
    from_->setAccessibleName(tr("From year"));
    to_ = new ChoiceBox(side);
    to_->setAccessibleName(tr("To year"));
    fillYears();
    cost_ = new ChoiceBox(side);
    cost_->setAccessibleName(tr("Cost for the chosen data"));
    for (const CostLimit &limit : costLimits)
        cost_->addItem(tr(limit.text));
    tasks_ = makeTaskButton(side);
    list_ = new RecipeList(side);
    list_->installEventFilter(this);
    found_ = quietLabel({}, side);
    found_->setObjectName(QStringLiteral("recipesFound"));

    auto *filters = new QGridLayout;
    filters->setHorizontalSpacing(6);
    filters->setVerticalSpacing(6);
    filters->setColumnStretch(0, 1);
    filters->setColumnStretch(1, 1);
    filters->addWidget(kind_, 0, 0);
    filters->addWidget(tasks_, 0, 1);
    auto *years = new QHBoxLayout;
    years->setSpacing(4);
    years->addWidget(from_, 1);
    years->addWidget(quietLabel(QStringLiteral("–"), side));
    years->addWidget(to_, 1);
    filters->addLayout(years, 1, 0);
    filters->addWidget(cost_, 1, 1);
    auto *rows = new QVBoxLayout(side);
    rows->setContentsMargins(0, 12, 0, 8);
    rows->setSpacing(8);
    auto *top = new QVBoxLayout;
    top->setContentsMargins(12, 0, 12, 0);
    top->setSpacing(8);
    top->addWidget(search_);
    top->addLayout(filters);
    rows->addLayout(top);
    rows->addWidget(list_, 1);
    auto *bottom = new QHBoxLayout;
    bottom->setContentsMargins(14, 0, 12, 0);
    bottom->addWidget(found_);
    rows->addLayout(bottom);
    connect(search_, &QLineEdit::textChanged, this, &RecipeBrowser::refreshList);
    for (QComboBox *box : {kind_, from_, to_, cost_})
        connect(box, &QComboBox::currentIndexChanged, this, &RecipeBrowser::refreshList);
    return side;
}

void RecipeBrowser::fillYears()
{
    std::set<std::string> kinds;
    std::set<int> years;
    for (const RecipeCard &card : listRecipes()) {
        kinds.insert(card.kind);
        if (card.year > 0)
            years.insert(card.year);
    }
    std::vector<std::pair<QString, QString>> words;
    for (const std::string &kind : kinds)
        words.emplace_back(recipeKindText(kind), QString::fromStdString(kind));
    std::ranges::sort(words);
    for (const auto &[text, kind] : words)
        kind_->addItem(text, kind);
    for (const int year : years) {
        from_->addItem(QString::number(year), year);
        to_->addItem(QString::number(year), year);
    }
    to_->setCurrentIndex(to_->count() - 1);
}

QPushButton *RecipeBrowser::makeTaskButton(QWidget *parent)
{
    auto *button = new QPushButton(parent);
    button->setObjectName(QStringLiteral("recipeTasks"));
    button->setAutoDefault(false);
    // As the boxes beside it.
    button->setStyleSheet(QStringLiteral("QPushButton { text-align: left; padding: 3px 6px; }"
                                         "QPushButton::menu-indicator { image: url(:/icons/chevron_down.svg); width: 10px; height: 10px; right: 6px; "
                                         "subcontrol-origin: padding; subcontrol-position: center right; }"));
    button->setToolTip(tr("Only recipes that take all of these kinds of tasks"));
    auto *menu = new QMenu(button);
    button->setMenu(menu);
    for (const TaskKind kind : allTaskKinds()) {
        QAction *action = menu->addAction(QString::fromUtf8(name(kind)));
        action->setCheckable(true);
        action->setData(int(kind));
    }
    const auto refresh = [button, menu] {
        QStringList words;
        for (const QAction *action : menu->actions())
            if (action->isChecked())
                words += action->text();
        button->setText(words.isEmpty() ? tr("Any tasks") : words.size() == 1 ? words.front() : tr("%1 + %2 more").arg(words.front()).arg(words.size() - 1));
    };
    connect(menu, &QMenu::triggered, this, [this, refresh] {
        refresh();
        refreshList();
    });
    refresh();
    return button;
}

RecipeFilter RecipeBrowser::filter() const
{
    const CostLimit &limit = costLimits[std::max(0, cost_->currentIndex())];
    RecipeFilter filter{.typed = search_->text(), .kind = kind_->currentData().toString().toStdString()};
    // The ends of the lists leave out nobody, those without a year neither.
    if (from_->currentIndex() > 0)
        filter.fromYear = from_->currentData().toInt();
    if (to_->currentIndex() + 1 < to_->count())
        filter.toYear = to_->currentData().toInt();
    filter.mostParameters = limit.parameters;
    filter.mostMacs = limit.macs;
    for (const QAction *action : tasks_->menu()->actions())
        if (action->isChecked())
            filter.tasks.insert(TaskKind(action->data().toInt()));
    return filter;
}

void RecipeBrowser::refreshList()
{
    const int left = list_->show(filter(), costs_, workspace_.theme());
    const auto all = int(RecipeRegistry::instance().entries().size());
    found_->setText(left == all ? tr("%1 recipes").arg(all) : tr("%1 of %2 recipes").arg(left).arg(all));
    showCurrent();
}

void RecipeBrowser::showCurrent()
{
    const QString id = list_->current();
    if (id == shown_ && !id.isEmpty())
        return;
    shown_ = id;
    draft_ = nullptr;
    if (id.isEmpty())
        page_->showNothing();
    else
        page_->show(RecipeRegistry::instance().make(id.toStdString())->card(), workspace_.theme());
}

/// Costs of all cards follow the data and tasks of the page.
void RecipeBrowser::count()
{
    const RecipeWish wish = page_->wish();
    if (wish.data == countedData_ && wish.tasks == countedTasks_)
        return;
    countedData_ = wish.data;
    countedTasks_ = wish.tasks;
    maker_.countAll(wish.data, wish.tasks);
}

void RecipeBrowser::insert()
{
    if (!page_->insertButton()->isEnabled() || !draft_)
        return;
    ExperimentDocument &document = workspace_.document;
    const QString title = QString::fromStdString(RecipeRegistry::instance().find(draft_->wish.recipe)->card.title);
    std::set<std::string> ids;
    document.applyGraph(tr("Insert %1").arg(title), withRecipe(document.graph(), draft_->experiment.graph, &ids));
    QSet<QString> fresh;
    for (const std::string &id : ids)
        fresh.insert(QString::fromStdString(id));
    document.select(fresh);
    document.note(tr("Inserted %1: %2 blocks").arg(title).arg(ids.size()));
    accept();
    Q_EMIT inserted();
}

void RecipeBrowser::replace()
{
    if (!page_->newButton()->isEnabled() || !draft_)
        return;
    const QString title = QString::fromStdString(RecipeRegistry::instance().find(draft_->wish.recipe)->card.title);
    workspace_.document.replace(tr("New experiment: %1").arg(title), draft_->experiment);
    accept();
}

bool RecipeBrowser::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const auto *key = static_cast<QKeyEvent *>(event);
    if (key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter) {
        key->modifiers() & Qt::ControlModifier ? insert() : replace();
        return true;
    }
    const bool moves = key->key() == Qt::Key_Down || key->key() == Qt::Key_Up || key->key() == Qt::Key_PageDown || key->key() == Qt::Key_PageUp;
    if (watched == search_ && moves) {
        QKeyEvent copy(key->type(), key->key(), key->modifiers());
        QCoreApplication::sendEvent(list_, &copy);
        return true;
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace concord
