#include "ui/panel/run_panel.h"

#include "core/graph/experiment.h"
#include "ui/plot/share_view.h"

#include <QComboBox>
#include <QPointer>
#include <QVBoxLayout>

#include <algorithm>
#include <tuple>

namespace concord {

/// What gates and routers of the current run decide, live: which experts a task uses, and how that came about.
class ExpertsPanel : public RunPanel
{
public:
    explicit ExpertsPanel(Workspace &workspace)
        : RunPanel(workspace, Runs::current)
        , view_(new ShareView)
    {
        view_->setObjectName(QStringLiteral("shareView"));
        view_->setAccessibleName(tr("Expert use"));
        auto *content = new QWidget;
        auto *layout = new QVBoxLayout(content);
        layout->setContentsMargins(10, 8, 8, 6);
        layout->addWidget(view_, 1);
        setPages(tr("Which experts each task uses, now and over the run.\nIt fills while a run trains whose graph has a block that tells: MMoE, DSelect-k, top-k and Mod-Squad gates, CGC, MoE encoders, and others with gates, routes or attention between tasks. Recipes such as MMoE or PLE have them."), content);
        view_->setTheme(workspace.theme());
        connect(view_, &ShareView::picked, this, [this](qint64 step) { this->workspace().setCursorStep(step); });
        connect(view_, &ShareView::released, this, [this] { this->workspace().setCursorStep(-1); });
        connect(&workspace, &Workspace::cursorStepChanged, this, [this] { view_->setCursorStep(this->workspace().cursorStep()); });
        connect(&workspace, &Workspace::focusBlockChanged, this, [this] { renew(); });
    }

    QWidget *headerControls() override
    {
        choice_ = new QComboBox;
        choice_->setToolTip(tr("The block, and which of its decisions is shown; choosing it selects the block on the canvas"));
        choice_->setAccessibleName(tr("Block"));
        choice_->setSizeAdjustPolicy(QComboBox::AdjustToContents);
        connect(choice_, &QComboBox::activated, this, [this](int index) {
            const QStringList parts = choice_->itemData(index).toStringList();
            chosen_ = {parts.value(0), parts.value(1)};
            chooseBlock(chosen_.first);
            renew();
        });
        listChoices();
        return choice_;
    }

protected:
    void restyle() override { view_->setTheme(workspace().theme()); }

    void refresh() override
    {
        const RunData *data = workspace().currentData();
        const bool any = data && !data->probes().empty();
        showContent(any);
        if (!any) {
            names_.clear();
            listChoices();
            view_->setMoments({}, {}, {});
            drawn_ = {};
            return;
        }
        takeNames(*data);
        followFocus();
        const std::vector<ProbeEvent> &history = data->probes().at(chosen_);
        const ProbeEvent &last = history.back();
        const std::tuple state{data->summary().number, chosen_, history.size(), last.step};
        if (state == drawn_)
            return;
        drawn_ = state;
        std::vector<ShareView::Moment> moments;
        for (const ProbeEvent &event : history)
            if (event.rows == last.rows && event.columns == last.columns)
                moments.push_back({event.step, event.values});
        view_->setTasks(tasksAmong(last.rows, *data), tasksAmong(last.columns, *data));
        view_->setMoments(textsOf(last.rows), textsOf(last.columns), std::move(moments));
        view_->setCursorStep(workspace().cursorStep());
    }

private:
    using Name = std::pair<QString, QString>;   ///< node, probe

    static QStringList textsOf(const std::vector<std::string> &names)
    {
        QStringList texts;
        for (const std::string &name : names)
            texts += QString::fromStdString(name);
        return texts;
    }

    static std::vector<int> tasksAmong(const std::vector<std::string> &names, const RunData &data)
    {
        std::vector<int> tasks;
        for (const std::string &name : names) {
            const auto found = std::ranges::find(data.tasks(), name, &TaskInfo::name);
            tasks.push_back(found == data.tasks().end() ? -1 : int(found - data.tasks().begin()));
        }
        return tasks;
    }

    /// The run's probes from the input to the output of its graph.
    void takeNames(const RunData &data)
    {
        QList<Name> known;
        for (const auto &[name, history] : data.probes())
            known += name;
        if (run_ == data.summary().number && known == known_)
            return;
        run_ = data.summary().number;
        known_ = known;
        Experiment experiment;
        try {
            experiment = experimentFromJson(data.summary().experiment, data.summary().name);
        } catch (const std::exception &) {
            // A document of a newer version: the blocks keep their ids and the order of their names.
        }
        titles_.clear();
        const auto place = [&](const Name &name) {
            const Node *node = experiment.graph.find(name.first.toStdString());
            return node ? node->x : 0.0;
        };
        for (const Name &name : known) {
            const Node *node = experiment.graph.find(name.first.toStdString());
            QString title = node && !node->title.empty() ? QString::fromStdString(node->title) : name.first;
            titles_[name.first] = title.replace(u'_', u' ');
        }
        names_ = known;
        std::ranges::stable_sort(names_, {}, place);
        if (!names_.contains(chosen_))
            chosen_ = preferred(names_);
        listChoices();
    }

    /// A block that is selected on the canvas shows its own decisions, where it has any.
    void followFocus()
    {
        const QString &focus = workspace().focusBlock();
        if (focus == focus_)
            return;
        focus_ = focus;
        QList<Name> own;
        std::ranges::copy_if(names_, std::back_inserter(own), [&](const Name &name) { return name.first == focus; });
        if (own.isEmpty() || chosen_.first == focus)
            return;
        chosen_ = preferred(own);
        listChoices();
    }

    /// A gate says most; else the first there is.
    static Name preferred(const QList<Name> &names)
    {
        const auto gate = std::ranges::find(names, QStringLiteral("gate"), &Name::second);
        return gate == names.end() ? names.first() : *gate;
    }

    void listChoices()
    {
        if (!choice_)
            return;
        choice_->clear();
        for (const Name &name : names_) {
            choice_->addItem(QStringLiteral("%1 · %2").arg(titles_.value(name.first), name.second), QStringList{name.first, name.second});
            if (name == chosen_)
                choice_->setCurrentIndex(choice_->count() - 1);
        }
        choice_->setVisible(choice_->count() > 0);
    }

    ShareView *view_;
    QPointer<QComboBox> choice_;
    int run_ = 0;
    QList<Name> known_;   ///< as the run has them
    QList<Name> names_;
    QHash<QString, QString> titles_;   ///< of nodes
    Name chosen_;
    QString focus_;       ///< that was followed last
    std::tuple<int, Name, std::size_t, std::int64_t> drawn_ = {};   ///< run, probe, and how much of it
};

static const RegisterPanel<ExpertsPanel> registeredExpertsPanel{
    {.id = "experts", .title = "Experts", .category = "conflict", .summary = "Which experts each task uses, live and over the steps"}};

} // namespace concord
