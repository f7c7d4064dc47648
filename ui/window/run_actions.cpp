// Run, pause and stop: what the buttons do and when they can be pressed.
#include "ui/window/main_window.h"

#include <QAction>

#include <algorithm>

namespace concord {

namespace {

RunState stateOf(const Project &project, int run)
{
    const auto it = std::ranges::find(project.runs(), run, &RunSummary::number);
    return it == project.runs().end() ? RunState::queued : it->state;
}

} // namespace

void MainWindow::run()
{
    const Analysis &analysis = workspace_.document.analysis();
    if (!analysis.runnable()) {
        say(tr("The graph cannot run yet: %1").arg(QString::fromStdString(analysis.firstError())));
        return;
    }
    saveDraftNow();
    const std::size_t before = workspace_.project.runs().size();
    if (const QString refusal = workspace_.project.start(workspace_.document.experiment()); !refusal.isEmpty()) {
        say(refusal);
        return;
    }
    if (workspace_.project.runs().size() > before)
        workspace_.showRuns({workspace_.project.runs().back().number});
    setMode(Mode::train);
}

void MainWindow::togglePause()
{
    const std::optional<int> running = workspace_.project.running();
    if (!running)
        return;
    if (stateOf(workspace_.project, *running) == RunState::paused)
        workspace_.project.unpause(*running);
    else
        workspace_.project.pause(*running);
}

void MainWindow::stopRun()
{
    if (const std::optional<int> running = workspace_.project.running())
        workspace_.project.stop(*running);
}

void MainWindow::refreshRunActions()
{
    const std::optional<int> running = workspace_.project.running();
    const bool paused = running && stateOf(workspace_.project, *running) == RunState::paused;
    const Analysis &analysis = workspace_.document.analysis();
    runAction_->setEnabled(analysis.runnable());
    runAction_->setToolTip(analysis.runnable() ? (running ? tr("Queue another run") : tr("Train this graph")) : QString::fromStdString(analysis.firstError()));
    pauseAction_->setEnabled(running.has_value());
    pauseAction_->setText(paused ? tr("Continue") : tr("Pause"));
    pauseAction_->setIconText(paused ? tr("▶ Continue") : QStringLiteral("❚❚"));
    stopAction_->setEnabled(running.has_value());
    // The buttons show signs only; their tips say the words and the keys.
    for (QAction *action : {pauseAction_, stopAction_})
        action->setToolTip(QStringLiteral("%1 (%2)").arg(action->text(), action->shortcut().toString(QKeySequence::NativeText)));
}

} // namespace concord
