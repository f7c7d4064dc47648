#include "ui/job/project.h"

#include "ui/job/run_worker.h"

#include <QDateTime>
#include <QFileInfo>
#include <QPointer>

#include <algorithm>

namespace concord {

namespace {

std::filesystem::path pathOf(const QString &file)
{
    return std::filesystem::path(file.toStdString());
}

template<class Call>
QString sentenceOf(Call &&call)
{
    try {
        call();
        return {};
    } catch (const std::exception &error) {
        return QString::fromUtf8(error.what());
    }
}

} // namespace

Project::Project(QObject *parent)
    : QObject(parent)
{
    for (QThreadPool *pool : {&pool_, &predictionPool_, &workPool_})
        pool->setMaxThreadCount(1);
    drainTimer_.setInterval(33);
    connect(&drainTimer_, &QTimer::timeout, this, &Project::drain);
    pollTimer_.setInterval(700);
    connect(&pollTimer_, &QTimer::timeout, this, &Project::poll);
}

Project::~Project()
{
    worker_.reset();
    for (QThreadPool *pool : {&pool_, &predictionPool_, &workPool_})
        pool->waitForDone();
}

QString Project::open(const QString &file, bool create)
{
    if (running())
        return tr("A run is training: stop it before another project is opened.");
    return sentenceOf([&] {
        auto store = std::make_unique<RunStore>(pathOf(file), create ? RunStore::Mode::create : RunStore::Mode::write);
        store->recoverInterrupted();
        pool_.waitForDone();
        store_ = std::move(store);
        file_ = file;
        data_.clear();
        queue_.clear();
        reload();
        pollTimer_.start();
        Q_EMIT opened();
        Q_EMIT runsChanged();
    });
}

QString Project::draft() const
{
    return store_ ? QString::fromStdString(store_->draft()) : QString();
}

void Project::saveDraft(const QString &json)
{
    if (!store_)
        return;
    if (const QString sentence = sentenceOf([&] { store_->saveDraft(json.toStdString()); }); !sentence.isEmpty())
        Q_EMIT message(sentence);
}

std::vector<RunSummary> Project::deletedRuns() const
{
    std::vector<RunSummary> deleted;
    if (store_)
        std::ranges::copy_if(store_->runs(true), std::back_inserter(deleted), &RunSummary::deleted);
    return deleted;
}

void Project::reload()
{
    // Runs in our own queue keep their live numbers; the store may lag behind by a fraction of a second.
    std::vector<RunSummary> fresh = store_->runs();
    for (RunSummary &run : fresh)
        if (const RunSummary *known = isOurs(run.number) ? summaryOf(run.number) : nullptr)
            run = *known;
    runs_ = std::move(fresh);
}

bool Project::isOurs(int run) const
{
    return (worker_ && worker_->run() == run) || std::ranges::find(queue_, run) != queue_.end();
}

RunSummary *Project::summaryOf(int run)
{
    const auto it = std::ranges::find(runs_, run, &RunSummary::number);
    return it == runs_.end() ? nullptr : &*it;
}

QString Project::start(const Experiment &experiment)
{
    if (!store_)
        return tr("Open or make a project first.");
    return sentenceOf([&] {
        queue_.push_back(queueRun(*store_, experiment));
        runs_ = store_->runs();
        startNext();
        Q_EMIT runsChanged();
    });
}

QString Project::resume(int run, std::int64_t steps)
{
    RunSummary *summary = summaryOf(run);
    if (!summary)
        return tr("There is no run %1.").arg(run);
    if (isOurs(run))
        return tr("Run %1 is already queued.").arg(run);
    if (summary->state == RunState::running || summary->state == RunState::paused)
        return tr("Run %1 is being trained by another process.").arg(run);
    summary->state = RunState::queued;
    targetSteps_[run] = steps;
    queue_.push_back(run);
    startNext();
    Q_EMIT runsChanged();
    return {};
}

void Project::startNext()
{
    if (worker_ || queue_.empty())
        return;
    const int run = queue_.front();
    queue_.pop_front();
    live_ = {.run = run};
    worker_ = std::make_unique<RunWorker>(pathOf(file_), run, targetSteps_[run]);
    drainTimer_.start();
}

void Project::pause(int run)
{
    if (worker_ && worker_->run() == run)
        worker_->control().give(RunControl::Order::pause);
}

void Project::unpause(int run)
{
    if (worker_ && worker_->run() == run)
        worker_->control().give(RunControl::Order::run);
}

void Project::stop(int run)
{
    if (worker_ && worker_->run() == run) {
        worker_->control().give(RunControl::Order::stop);
    } else if (const auto it = std::ranges::find(queue_, run); it != queue_.end()) {
        queue_.erase(it);
        const std::vector<RunEvent> stopped = {StateEvent{.state = RunState::stopped, .message = "taken out of the queue"}};
        store_->append(run, stopped);
        reload();
        Q_EMIT runsChanged();
    }
}

void Project::abort(int run)
{
    if (worker_ && worker_->run() == run)
        worker_->control().give(RunControl::Order::abort);
    else
        stop(run);
}

void Project::moveInQueue(int run, int by)
{
    const auto it = std::ranges::find(queue_, run);
    if (it == queue_.end())
        return;
    const auto to = std::clamp<std::ptrdiff_t>(it - queue_.begin() + by, 0, std::ptrdiff_t(queue_.size()) - 1);
    queue_.erase(it);
    queue_.insert(queue_.begin() + to, run);
    Q_EMIT runsChanged();
}

void Project::rename(int run, const QString &name)
{
    if (RunSummary *summary = summaryOf(run)) {
        store_->renameRun(run, name.toStdString());
        summary->name = name.toStdString();
        Q_EMIT runsChanged();
    }
}

void Project::setDeleted(int run, bool deleted)
{
    if (!store_)
        return;
    if (deleted)
        stop(run);
    store_->setDeleted(run, deleted);
    reload();
    Q_EMIT runsChanged();
}

std::optional<int> Project::running() const
{
    return worker_ ? std::optional(worker_->run()) : std::nullopt;
}

Project::Live Project::live() const
{
    return live_;
}

void Project::drain()
{
    if (!worker_)
        return;
    const int run = worker_->run();
    const bool finished = worker_->isFinished();
    const std::vector<RunEvent> events = worker_->takeEvents();
    bool changed = false;
    for (const RunEvent &event : events) {
        if (const auto *state = std::get_if<StateEvent>(&event)) {
            changed = true;
            live_.step = state->step;
            live_.total = state->totalSteps;
            if (RunSummary *summary = summaryOf(run)) {
                summary->state = state->state;
                summary->message = state->message;
                summary->step = state->step;
                if (state->totalSteps > 0)
                    summary->totalSteps = state->totalSteps;
            }
        } else if (const auto *scalar = std::get_if<ScalarEvent>(&event)) {
            if (scalar->series == "ms_per_step")
                live_.msPerStep = live_.msPerStep > 0 ? 0.95 * live_.msPerStep + 0.05 * scalar->value : scalar->value;
            else if (scalar->series == "images_per_s")
                live_.imagesPerSecond = scalar->value;
            live_.step = std::max(live_.step, scalar->step);
        }
    }
    live_.secondsLeft = double(std::max<std::int64_t>(0, live_.total - live_.step)) * live_.msPerStep / 1000;
    if (!events.empty())
        if (const auto it = data_.find(run); it != data_.end())
            it->second->append(events);
    if (finished) {
        worker_.reset();
        if (const RunSummary *summary = summaryOf(run); summary && summary->state == RunState::failed)
            Q_EMIT runFailed(run, QString::fromStdString(summary->message));
        if (queue_.empty())
            drainTimer_.stop();
        startNext();
        changed = true;
    }
    if (changed)
        Q_EMIT runsChanged();
}

} // namespace concord
