#include "ui/panel/panel.h"

#include "ui/widget/problem_row.h"
#include "ui/widget/scroll_page.h"
#include "ui/widget/swatch.h"

#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

namespace concord {

/// What is wrong with the graph, errors first. A click shows the block, a button cures what can be cured.
class ProblemsPanel : public Panel
{
public:
    explicit ProblemsPanel(Workspace &workspace)
        : Panel(workspace)
        , area_(new QScrollArea(this))
    {
        area_->setWidgetResizable(true);
        area_->setFrameShape(QFrame::NoFrame);
        area_->setAccessibleName(tr("Problems"));
        auto *layout = new QVBoxLayout(this);
        layout->setContentsMargins(0, 0, 0, 0);
        layout->addWidget(area_);
        connect(&workspace.document, &ExperimentDocument::changed, this, [this] { refresh(); });
        connect(&workspace, &Workspace::themeChanged, this, [this] { fill(); });
        refresh();
    }

protected:
    void showEvent(QShowEvent *) override
    {
        if (stale_)
            fill();
    }

private:
    static constexpr std::size_t mostRows = 100;

    void refresh()
    {
        const std::vector<Problem> &problems = workspace().document.analysis().problems;
        const auto count = [&](Severity severity) { return int(std::ranges::count(problems, severity, &Problem::severity)); };
        const int errors = count(Severity::error);
        const int warnings = count(Severity::warning);
        setHeaderInfo((errors == 1 ? tr("1 error") : tr("%1 errors").arg(errors)) + QStringLiteral(" · ") +
                      (warnings == 1 ? tr("1 warning") : tr("%1 warnings").arg(warnings)));
        stale_ = true;
        if (isVisible())
            fill();
    }

    void fill()
    {
        stale_ = false;
        const ExperimentDocument &document = workspace().document;
        auto *page = new QWidget;
        fillWithPanelColour(page);
        auto *rows = new QVBoxLayout(page);
        rows->setContentsMargins(4, 6, 4, 6);
        rows->setSpacing(0);
        const std::vector<Problem> &problems = document.analysis().problems;
        for (std::size_t i = 0; i < std::min(problems.size(), mostRows); ++i) {
            auto *row = new ProblemRow(problems[i], document, workspace().theme(), page);
            connect(row, &ProblemRow::chosen, this, [this](const QString &node) { show(node); });
            connect(row, &ProblemRow::fixWanted, this, [this](const Fix &fix) { workspace().document.applyFix(fix); });
            rows->addWidget(row);
        }
        if (problems.size() > mostRows)
            rows->addWidget(quietLabel(tr("  and %1 more").arg(problems.size() - mostRows), page));
        if (problems.empty()) {
            const bool empty = document.graph().nodes.empty();
            auto *nothing = quietLabel(empty ? tr("What is wrong with the graph will be listed here, with a cure where there is one.")
                                             : tr("No problems: this experiment can run."),
                                       page);
            nothing->setContentsMargins(8, 4, 8, 4);
            nothing->setWordWrap(true);
            rows->addWidget(nothing);
        }
        rows->addStretch(1);
        // The click that brought us here may come from the old page.
        if (QWidget *old = area_->takeWidget()) {
            old->hide();
            old->deleteLater();
        }
        area_->setWidget(page);
    }

    void show(const QString &node)
    {
        workspace().document.select({node});
        workspace().document.reveal(node);
    }

    QScrollArea *area_;
    bool stale_ = true;
};

static const RegisterPanel<ProblemsPanel> registeredProblems{
    Card{.id = "problems", .title = "Problems", .category = "problems", .summary = "What is wrong with the graph, and how to cure it."}};

} // namespace concord
