#include "ui/job/project.h"

#include "ui/job/procedure_worker.h"
#include "ui/job/run_worker.h"

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
    procedureWorker_.reset();
    ++predictionRequest_;
    for (QThreadPool *pool : {&pool_, &predictionPool_, &workPool_})
        pool->waitForDone();
}

QString Project::open(const QString &file, bool create)
{
    if (running())
        return tr("A run is training: stop it before another project is opened.");
    if (procedure_.isActive())
        return tr("“%1” is going on: stop it before another project is opened.").arg(procedure_.title);
    return sentenceOf([&] {
        auto store = std::make_unique<RunStore>(pathOf(file), create ? RunStore::Mode::create : RunStore::Mode::write);
        store->recoverInterrupted();
        std::vector<RunSummary> runs = store->runs();
        // Nothing can fail from here on.
        pool_.waitForDone();
        ++predictionRequest_;
        ++revision_;
        store_ = std::move(store);
        file_ = file;
        runs_ = std::move(runs);
        for (auto &[run, data] : data_)
            data.release()->deleteLater();   // the views let go of them when they hear of it
        data_.clear();
        queue_.clear();
        targetSteps_.clear();
        recent_.clear();
        procedure_ = {};
        live_ = {};
        lastWrite_.clear();
        polling_ = false;
        pollTimer_.start();
        findUnfinishedProcedure();
        Q_EMIT opened();
        Q_EMIT runsChanged();
        Q_EMIT procedureChanged();
    });
}

QString Project::draft()
{
    pool_.waitForDone();   // one that is being saved
    return store_ ? QString::fromStdString(store_->draft()) : QString();
}

void Project::saveDraft(const QString &json)
{
    if (!store_)
        return;
    pool_.start([this, file = file_, json] {
        const QString sentence = sentenceOf([&] { RunStore(pathOf(file), RunStore::Mode::write).saveDraft(json.toStdString()); });
        if (!sentence.isEmpty())
            QMetaObject::invokeMethod(
                this, [this, sentence] { Q_EMIT message(sentence); }, Qt::QueuedConnection);
    });
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
    ++revision_;
}

bool Project::isOurs(int run) const
{
    return (worker_ && worker_->run() == run) || told_.contains(run) || std::ranges::find(queue_, run) != queue_.end();
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
        reload();
        startNext();
        Q_EMIT runsChanged();
    });
}

QString Project::resume(int run, std::int64_t steps)
{
    RunSummary *summary = summaryOf(run);
    if (!summary)
        return tr("There is no run %1.").arg(run);
    if (told_.contains(run))
        return tr("Run %1 belongs to “%2”, which is going on.").arg(run).arg(procedure_.title);
    if (isOurs(run))
        return tr("Run %1 is already queued.").arg(run);
    if (summary->state == RunState::running || summary->state == RunState::paused)
        return tr("Run %1 is being trained by another process.").arg(run);
    summary->state = RunState::queued;
    ++revision_;
    targetSteps_[run] = steps;
    queue_.push_back(run);
    startNext();
    Q_EMIT runsChanged();
    return {};
}

void Project::pause(int run)
{
    give(run, RunControl::Order::pause);
}

void Project::unpause(int run)
{
    give(run, RunControl::Order::run);
}

/// False when that run does not train here.
bool Project::give(int run, RunControl::Order order)
{
    const auto told = told_.find(run);
    if (worker_ && worker_->run() == run)
        worker_->control().give(order);
    else if (procedureWorker_ && told != told_.end() && (told->second.state == RunState::running || told->second.state == RunState::paused))
        procedureWorker_->control().give(order);
    else
        return false;
    return true;
}

void Project::stop(int run)
{
    if (give(run, RunControl::Order::stop)) {
        if (procedureWorker_)
            stopProcedure();
    } else if (const auto it = std::ranges::find(queue_, run); it != queue_.end()) {
        queue_.erase(it);
        const RunSummary *summary = summaryOf(run);
        const std::vector<RunEvent> stopped = {StateEvent{.state = RunState::stopped, .step = summary ? summary->step : 0,
                                                          .totalSteps = summary ? summary->totalSteps : 0, .message = "taken out of the queue"}};
        if (const QString sentence = sentenceOf([&] { store_->append(run, stopped); reload(); }); !sentence.isEmpty())
            Q_EMIT message(sentence);
        Q_EMIT runsChanged();
    }
}

void Project::stopAll()
{
    stopProcedure();
    while (!queue_.empty())
        stop(queue_.back());
    if (worker_)
        stop(worker_->run());
}

void Project::abort(int run)
{
    if (!give(run, RunControl::Order::abort))
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
    RunSummary *summary = summaryOf(run);
    if (!summary)
        return;
    if (const QString sentence = sentenceOf([&] { store_->renameRun(run, name.toStdString()); }); sentence.isEmpty())
        summary->name = name.toStdString();
    else
        Q_EMIT message(sentence);
    ++revision_;
    Q_EMIT runsChanged();
}

void Project::setDeleted(int run, bool deleted)
{
    if (!store_)
        return;
    if (deleted)
        stop(run);
    if (const QString sentence = sentenceOf([&] { store_->setDeleted(run, deleted); reload(); }); !sentence.isEmpty())
        Q_EMIT message(sentence);
    Q_EMIT runsChanged();
}

std::optional<int> Project::running() const
{
    return worker_ ? std::optional(worker_->run()) : procedureWorker_ && live_.run > 0 ? std::optional(live_.run) : std::nullopt;
}

Project::Live Project::live() const
{
    return live_;
}

} // namespace concord
