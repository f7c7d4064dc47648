#include "ui/panel/canvas.h"

#include "core/base/text.h"
#include "ui/graph/graph_view.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace concord {

CanvasPanel::CanvasPanel(Workspace &workspace)
    : Panel(workspace)
    , view_(new GraphView(workspace.document, this))
    , hint_(new QLabel(view_))
    , recipes_(new QToolButton(view_))
{
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(view_);
    setFocusProxy(view_);

    hint_->setText(tr("<p style='font-size:15px'><b>Draw a task graph</b></p>"
                      "<p>Drag blocks here, or press <b>Space</b> and type a name.<br>"
                      "Pull links from port to port: data → encoder → heads → losses → balance.</p>"
                      "<p>Or begin with a published system, laid out for your tasks:</p>"));
    hint_->setAlignment(Qt::AlignCenter);
    hint_->setForegroundRole(QPalette::PlaceholderText);
    hint_->setAttribute(Qt::WA_TransparentForMouseEvents);
    recipes_->setText(tr("New from recipe …"));
    recipes_->setObjectName(QStringLiteral("canvasRecipes"));
    recipes_->setToolTip(tr("Ctrl+Shift+N"));
    connect(recipes_, &QToolButton::clicked, this, [this] {
        // The window has the browser; a canvas alone has none.
        if (auto *browse = window()->findChild<QAction *>(QStringLiteral("newFromRecipe")))
            browse->trigger();
    });

    connect(&workspace.document, &ExperimentDocument::changed, this, &CanvasPanel::refresh);
    connect(&workspace, &Workspace::themeChanged, this, [this] { view_->setTheme(this->workspace().theme()); });
    view_->setTheme(workspace.theme());
    refresh();
}

void CanvasPanel::refresh()
{
    const Analysis &analysis = workspace().document.analysis();
    const auto nodes = int(workspace().document.graph().nodes.size());
    hint_->setVisible(nodes == 0);
    recipes_->setVisible(nodes == 0);
    placeHint();
    if (nodes == 0) {
        setHeaderInfo(tr("empty"));
        return;
    }
    QString info = nodes == 1 ? tr("1 node") : tr("%1 nodes").arg(nodes);
    if (analysis.parameters > 0)
        info += tr(" · %1 parameters").arg(QString::fromStdString(shortCount(double(analysis.parameters))));
    if (analysis.macs > 0)
        info += tr(" · %1 MAC per sample").arg(QString::fromStdString(shortCount(double(analysis.macs))));
    setHeaderInfo(info);
}

void CanvasPanel::placeHint()
{
    hint_->adjustSize();
    recipes_->adjustSize();
    const int top = (view_->height() - hint_->height() - recipes_->height() - 8) / 2;
    hint_->move((view_->width() - hint_->width()) / 2, top);
    recipes_->move((view_->width() - recipes_->width()) / 2, top + hint_->height() + 8);
}

void CanvasPanel::resizeEvent(QResizeEvent *event)
{
    Panel::resizeEvent(event);
    placeHint();
}

QWidget *CanvasPanel::headerControls()
{
    auto *controls = new QWidget(this);
    auto *row = new QHBoxLayout(controls);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(2);
    const auto add = [&](const char *name, const QString &text) {
        for (QAction *action : view_->graphActions())
            if (action->objectName() == QLatin1String(name)) {
                auto *button = new QToolButton(controls);
                button->setProperty("quiet", true);
                button->setText(text);
                button->setToolTip(action->text() + QStringLiteral(" (") + action->shortcut().toString(QKeySequence::NativeText) + u')');
                connect(button, &QToolButton::clicked, action, &QAction::trigger);
                row->addWidget(button);
                return button;
            }
        return static_cast<QToolButton *>(nullptr);
    };
    add("graph.arrange", tr("Arrange"));
    add("graph.fitAll", tr("Fit"));
    if (QToolButton *zoom = add("graph.actualSize", tr("100 %")))
        connect(view_, &GraphView::scaleChanged, zoom, [zoom](double scale) { zoom->setText(QStringLiteral("%1 %").arg(std::lround(scale * 100))); });
    return controls;
}

QList<QAction *> CanvasPanel::menuActions()
{
    return view_->graphActions();
}

static const RegisterPanel<CanvasPanel> registeredCanvas{
    Card{.id = "canvas", .title = "Task graph", .category = "canvas", .summary = "The task graph: blocks, links, shapes and costs."}};

} // namespace concord
