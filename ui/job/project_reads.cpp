// The part of Project that reads the store in its pool.
#include "ui/job/project.h"

#include "ui/job/run_worker.h"

#include <QDateTime>
#include <QFileInfo>
#include <QPointer>

#include <algorithm>
#include <thread>

namespace concord {

namespace {

RunStore openToRead(const QString &file)
{
    return RunStore(std::filesystem::path(file.toStdString()), RunStore::Mode::read);
}

RunData::Loaded readRun(const RunStore &store, int run)
{
    RunData::Loaded loaded;
    loaded.summary = store.run(run);
    for (const std::string &name : store.seriesNames(run))
        loaded.series[QString::fromStdString(name)] = store.series(run, name);
    for (const std::string &block : store.gramianBlocks(run))
        loaded.gramians[QString::fromStdString(block)] = store.gramians(run, block);
    for (ProbeEvent &probe : store.probes(run))
        loaded.probes[{QString::fromStdString(probe.node), QString::fromStdString(probe.name)}].push_back(std::move(probe));
    loaded.predictionSteps = store.predictionSteps(run);
    loaded.log = store.log(run);
    loaded.checkpoints = store.checkpoints(run);
    return loaded;
}

/// Whether a line of the log is among the last ones that were read.
bool isLogged(const std::vector<LogEvent> &log, const LogEvent &line)
{
    const std::size_t first = log.size() > 100 ? log.size() - 100 : 0;
    return std::any_of(log.begin() + std::ptrdiff_t(first), log.end(), [&](const LogEvent &known) { return known.step == line.step && known.text == line.text; });
}

/// What another process wrote since the given ends, as the events it wrote.
std::vector<RunEvent> readSince(const RunStore &store, int run, const std::map<std::string, std::int64_t> &seriesEnds,
                                const std::map<std::string, std::int64_t> &gramianEnds, std::int64_t probeEnd, std::size_t predictionCount, std::size_t logCount)
{
    const auto after = [](const auto &ends, const std::string &name) {
        const auto it = ends.find(name);
        return it == ends.end() ? std::int64_t(-1) : it->second;
    };
    std::vector<RunEvent> events;
    for (const std::string &name : store.seriesNames(run)) {
        const Series more = store.series(run, name, after(seriesEnds, name));
        for (std::size_t i = 0; i < more.steps.size(); ++i)
            events.push_back(ScalarEvent{name, more.steps[i], more.seconds[i], more.values[i]});
    }
    for (const std::string &block : store.gramianBlocks(run))
        for (GramianEvent &gramian : store.gramians(run, block, after(gramianEnds, block)))
            events.push_back(std::move(gramian));
    for (ProbeEvent &probe : store.probes(run, probeEnd))
        events.push_back(std::move(probe));
    const std::vector<std::int64_t> steps = store.predictionSteps(run);
    for (std::size_t i = predictionCount; i < steps.size(); ++i)
        events.push_back(PredictionEvent{.step = steps[i]});
    const std::vector<LogEvent> log = store.log(run);
    for (std::size_t i = logCount; i < log.size(); ++i)
        events.push_back(log[i]);
    const RunSummary summary = store.run(run);
    events.push_back(StateEvent{summary.state, summary.step, summary.totalSteps, summary.message});
    return events;
}

} // namespace

/// `work` in the pool, `done` with its result in the window's thread. The pool is drained before this object dies.
template<class Result>
void Project::inPool(QThreadPool &pool, std::function<Result()> work, std::function<void(Result)> done)
{
    pool.start([this, work = std::move(work), done = std::move(done)] {
        try {
            QMetaObject::invokeMethod(
                this, [done, result = work()] { done(result); }, Qt::QueuedConnection);
        } catch (const std::exception &error) {
            const QString sentence = QString::fromUtf8(error.what());
            QMetaObject::invokeMethod(
                this, [this, sentence] { polling_ = false; Q_EMIT message(sentence); }, Qt::QueuedConnection);
        }
    });
}

RunData *Project::data(int run)
{
    if (!summaryOf(run))
        return nullptr;
    auto &entry = data_[run];
    if (!entry) {
        entry = std::make_unique<RunData>(run);
        RunData::Loaded first;
        first.summary = *summaryOf(run);
        entry->load(std::move(first));
        loadData(run);
    }
    return entry.get();
}

void Project::loadData(int run)
{
    inPool<std::shared_ptr<RunData::Loaded>>(
        pool_, [file = file_, run] { return std::make_shared<RunData::Loaded>(readRun(openToRead(file), run)); },
        [this, run, file = file_](const std::shared_ptr<RunData::Loaded> &loaded) {
            const auto it = data_.find(run);
            if (file != file_ || it == data_.end())
                return;
            if (const RunSummary *summary = summaryOf(run))
                loaded->summary = *summary;
            // A run that trains here is ahead of the store: what it said of late goes on top, where steps that are there are replaced.
            std::vector<RunEvent> newer;
            for (const RunEvent &event : recentOf(run))
                if (const auto *line = std::get_if<LogEvent>(&event); !line || !isLogged(loaded->log, *line))
                    newer.push_back(event);
            it->second->load(std::move(*loaded));
            if (!newer.empty())
                it->second->append(newer);
        });
}

void Project::loadMore(int run)
{
    const RunData &data = *data_.at(run);
    std::map<std::string, std::int64_t> seriesEnds;
    std::map<std::string, std::int64_t> gramianEnds;
    for (const QString &name : data.seriesNames())
        if (const Series *series = data.series(name); !series->steps.empty())
            seriesEnds[name.toStdString()] = series->steps.back();
    for (const QString &block : data.blocks())
        if (!data.gramians(block).empty())
            gramianEnds[block.toStdString()] = data.gramians(block).back().step;
    std::int64_t probeEnd = -1;
    for (const auto &[name, history] : data.probes())
        probeEnd = std::max(probeEnd, history.back().step);
    inPool<std::vector<RunEvent>>(
        pool_, [file = file_, run, seriesEnds, gramianEnds, probeEnd, predictions = data.predictionSteps().size(), log = data.log().size()] {
            return readSince(openToRead(file), run, seriesEnds, gramianEnds, probeEnd, predictions, log);
        },
        [this, run, file = file_, log = data.log().size()](std::vector<RunEvent> events) {
            const auto it = data_.find(run);
            if (file != file_ || it == data_.end())
                return;
            // Lines have no step of their own by which a second reading would replace them.
            std::size_t line = log;
            std::erase_if(events, [&](const RunEvent &event) { return std::holds_alternative<LogEvent>(event) && line++ < it->second->log().size(); });
            it->second->append(events);
        });
}

void Project::poll()
{
    const QFileInfo wal(file_ + QStringLiteral("-wal"));
    const QFileInfo main(file_);
    const QString stamp = QStringLiteral("%1 %2 %3 %4").arg(wal.lastModified().toMSecsSinceEpoch()).arg(wal.size()).arg(main.lastModified().toMSecsSinceEpoch()).arg(main.size());
    if (polling_ || stamp == lastWrite_)
        return;
    lastWrite_ = stamp;
    polling_ = true;
    inPool<std::vector<RunSummary>>(pool_, [file = file_] { return openToRead(file).runs(); },
        [this, file = file_, revision = revision_](std::vector<RunSummary> fresh) {
            if (file != file_)
                return;
            polling_ = false;
            if (revision != revision_)
                lastWrite_.clear();   // the runs were changed here meanwhile: read them again
            else
                compare(std::move(fresh));
        });
}

void Project::compare(std::vector<RunSummary> fresh)
{
    bool changed = fresh.size() != runs_.size();
    for (RunSummary &run : fresh) {
        const RunSummary *known = summaryOf(run.number);
        if (known && isOurs(run.number)) {
            run = *known;
            continue;
        }
        if (known && known->state == run.state && known->step == run.step && known->name == run.name)
            continue;
        changed = true;
        if (data_.contains(run.number)) {
            if (known && run.step >= known->step)
                loadMore(run.number);
            else
                loadData(run.number);   // it was taken up again from an earlier checkpoint
        }
    }
    runs_ = std::move(fresh);
    if (changed)
        Q_EMIT runsChanged();
}

void Project::requestPredictions(int run, std::int64_t step, QObject *context, std::function<void(std::vector<PredictionEvent>)> done)
{
    const std::uint64_t request = ++predictionRequest_;
    predictionPool_.clear();   // older requests that have not begun
    inPool<std::vector<PredictionEvent>>(
        predictionPool_, [this, request, file = file_, run, step] {
            // The writer's thread may be a fraction of a second behind the event that announced the step.
            std::vector<PredictionEvent> planes;
            for (int attempt = 0; attempt < 40 && planes.empty() && request == predictionRequest_; ++attempt) {
                if (attempt > 0)
                    std::this_thread::sleep_for(std::chrono::milliseconds(25));
                planes = openToRead(file).predictions(run, step);
            }
            return planes;
        },
        [this, request, guard = QPointer<QObject>(context), done = std::move(done)](const std::vector<PredictionEvent> &planes) {
            if (guard && request == predictionRequest_)
                done(planes);
        });
}

void Project::runInBackground(std::function<void()> work, QObject *context, std::function<void(QString)> done)
{
    workPool_.start([this, work = std::move(work), guard = QPointer<QObject>(context), done = std::move(done)] {
        QString sentence;
        try {
            work();
        } catch (const std::exception &error) {
            sentence = QString::fromUtf8(error.what());
        }
        QMetaObject::invokeMethod(
            this, [guard, done, sentence] { if (guard) done(sentence); }, Qt::QueuedConnection);
    });
}

} // namespace concord
