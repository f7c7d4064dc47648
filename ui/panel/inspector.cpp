#include "ui/panel/panel.h"

#include "core/base/text.h"
#include "ui/widget/block_card.h"
#include "ui/widget/experiment_page.h"
#include "ui/widget/fact_list.h"
#include "ui/widget/node_page.h"
#include "ui/widget/scroll_page.h"

#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <set>

namespace concord {

/// What is selected, in detail: one block, several, or the experiment itself.
class InspectorPanel : public Panel
{
public:
    explicit InspectorPanel(Workspace &workspace)
        : Panel(workspace)
        , node_(new NodePage(workspace.document))
        , several_(new FactList)
        , experiment_(new ExperimentPage(workspace.document))
    {
        setMinimumWidth(256);   // narrower, the form is cut off at its right
        QVBoxLayout *rows = addScrollPage(this, {10, 10, 12, 12});
        rows->addWidget(makeCardBox());
        rows->addWidget(node_);
        rows->addWidget(several_);
        rows->addWidget(experiment_);
        rows->addStretch(1);

        ExperimentDocument &document = workspace.document;
        connect(&document, &ExperimentDocument::changed, this, [this] { refresh(); });
        connect(&document, &ExperimentDocument::selectionChanged, this, [this] {
            cardBox_->hide();
            refresh();
        });
        connect(&document, &ExperimentDocument::cardRequested, this, [this](const QString &type) { showCard(type); });
        connect(&workspace, &Workspace::themeChanged, this, [this] { refresh(); });
        cardBox_->hide();
        refresh();
    }

    QWidget *headerControls() override
    {
        auto *help = new QToolButton(this);
        help->setProperty("quiet", true);
        help->setText(tr("F1 help"));
        help->setToolTip(tr("What this block does, its paper and its parameters"));
        connect(help, &QToolButton::clicked, this, [this] {
            const QSet<QString> &chosen = workspace().document.selection();
            const Node *node = chosen.size() == 1 ? workspace().document.graph().find(chosen.begin()->toStdString()) : nullptr;
            if (node && cardBox_->isHidden())
                showCard(QString::fromStdString(node->type));
            else
                cardBox_->hide();
        });
        return help;
    }

protected:
    void showEvent(QShowEvent *) override { refresh(); }

private:
    QWidget *makeCardBox()
    {
        cardBox_ = new QFrame;
        cardBox_->setObjectName(QStringLiteral("cardBox"));
        cardBox_->setStyleSheet(QStringLiteral("#cardBox { background: palette(alternate-base); border: 1px solid palette(mid); border-radius: 6px; }"));
        auto *rows = new QVBoxLayout(cardBox_);
        rows->setContentsMargins(10, 6, 6, 4);
        rows->setSpacing(0);
        auto *top = new QHBoxLayout;
        cardTitle_ = new QLabel(cardBox_);
        auto *close = new QToolButton(cardBox_);
        close->setProperty("quiet", true);
        close->setText(QStringLiteral("✕"));
        close->setToolTip(tr("Close"));
        connect(close, &QToolButton::clicked, cardBox_, &QWidget::hide);
        top->addWidget(cardTitle_, 1);
        top->addWidget(close);
        rows->addLayout(top);
        card_ = new BlockCard(cardBox_);
        rows->addWidget(card_);
        return cardBox_;
    }

    void showCard(const QString &type)
    {
        const BlockRegistry::Entry *entry = BlockRegistry::instance().find(type.toStdString());
        cardTitle_->setText(QStringLiteral("<b>%1</b>").arg((entry ? QString::fromStdString(entry->card.title) : type).toHtmlEscaped()));
        card_->show(type);
        cardBox_->show();
    }

    void refresh()
    {
        if (!isVisible())
            return;
        const QSet<QString> &chosen = workspace().document.selection();
        node_->setVisible(chosen.size() == 1);
        several_->setVisible(chosen.size() > 1);
        experiment_->setVisible(chosen.isEmpty());
        if (chosen.isEmpty())
            experiment_->show(workspace().theme());
        else if (chosen.size() == 1)
            node_->show(*chosen.begin(), workspace().theme());
        else
            showSeveral(chosen);
    }

    void showSeveral(const QSet<QString> &chosen)
    {
        const Analysis &analysis = workspace().document.analysis();
        std::int64_t parameters = 0;
        std::int64_t macs = 0;
        std::set<int> tasks;
        QStringList titles;
        for (const QString &id : chosen)
            if (const auto facts = analysis.nodes.find(id.toStdString()); facts != analysis.nodes.end()) {
                parameters += facts->second.parameters;
                macs += facts->second.macs;
                tasks.insert(facts->second.tasks.begin(), facts->second.tasks.end());
                titles += QString::fromStdString(facts->second.title);
            }
        titles.sort();
        several_->clear();
        several_->addHeading(tr("%1 blocks").arg(chosen.size()));
        several_->addFact(tr("Parameters"), groupedNumber(parameters));
        several_->addFact(tr("Multiply-adds"), tr("%1 / sample").arg(QString::fromStdString(shortCount(double(macs)))));
        if (!tasks.empty())
            several_->addHeading(tr("Reached by"));
        for (const int task : tasks)
            if (task < int(analysis.tasks.size()))
                several_->addMarked(workspace().theme().task(task), QString::fromStdString(analysis.tasks[std::size_t(task)].info.name));
        several_->addHeading(tr("Selected"));
        for (const QString &title : titles.mid(0, 20))
            several_->addFact(title, {});
        if (titles.size() > 20)
            several_->addFact(tr("and %1 more").arg(titles.size() - 20), {});
    }

    NodePage *node_;
    FactList *several_;
    ExperimentPage *experiment_;
    QFrame *cardBox_ = nullptr;
    QLabel *cardTitle_ = nullptr;
    BlockCard *card_ = nullptr;
};

static const RegisterPanel<InspectorPanel> registeredInspector{
    Card{.id = "inspector", .title = "Inspector", .category = "inspector", .summary = "The selected block: parameters, outputs, and which tasks reach it."}};

} // namespace concord
