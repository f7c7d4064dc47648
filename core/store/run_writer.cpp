#include "core/store/run_writer.h"

#include "core/base/error.h"
#include "core/store/run_store.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace concord {

namespace {

using namespace std::chrono_literals;

constexpr auto batchTime = 200ms;
constexpr auto heartbeatTime = 10s;
constexpr std::size_t batchBytes = 8u << 20; ///< enough to be worth a transaction at once
constexpr std::size_t mostBytes = 64u << 20; ///< more than this waiting, and post() waits too

std::size_t bytesOf(const RunEvent &event)
{
    std::size_t bytes = sizeof(RunEvent);
    if (const auto *prediction = std::get_if<PredictionEvent>(&event))
        bytes += prediction->data.size();
    else if (const auto *gramian = std::get_if<GramianEvent>(&event))
        bytes += gramian->values.size() * sizeof(float);
    else if (const auto *probe = std::get_if<ProbeEvent>(&event))
        bytes += probe->values.size() * sizeof(float) + (probe->rows.size() + probe->columns.size()) * sizeof(std::string);
    else if (const auto *line = std::get_if<LogEvent>(&event))
        bytes += line->text.size();
    return bytes;
}

} // namespace

/// The store is used by the thread alone once the constructor has ended; everything else is behind the mutex.
class RunWriter::Impl
{
  public:
    Impl(std::filesystem::path project, int run)
        : store_(std::move(project), RunStore::Mode::write)
        , run_(run)
    {
        store_.run(run_); // an unknown run is the caller's to hear of, not the thread's
        store_.heartbeat(run_);
        thread_ = std::jthread([this](std::stop_token stop) { work(stop); });
    }

    void post(RunEvent event)
    {
        const std::size_t bytes = bytesOf(event);
        std::unique_lock lock(mutex_);
        settled_.wait(lock, [&] { return !failure_.empty() || bytes_ == 0 || bytes_ + bytes <= mostBytes; });
        throwFailure();
        const bool wasLarge = bytes_ >= batchBytes;
        waiting_.push_back(std::move(event));
        bytes_ += bytes;
        ++posted_;
        const bool needsWaking = waiting_.size() == 1 || (!wasLarge && bytes_ >= batchBytes);
        lock.unlock();
        if (needsWaking)
            wake_.notify_one();
    }

    void flush()
    {
        std::unique_lock lock(mutex_);
        const std::uint64_t wanted = posted_;
        flushUpTo_ = std::max(flushUpTo_, wanted);
        wake_.notify_one();
        settled_.wait(lock, [&] { return !failure_.empty() || written_ >= wanted; });
        throwFailure();
    }

  private:
    void throwFailure() const
    {
        if (!failure_.empty())
            throw Error(failure_);
    }

    /// Ends when asked to, with everything written, or at the first failure.
    void work(const std::stop_token &stop)
    {
        auto nextHeartbeat = std::chrono::steady_clock::now() + heartbeatTime;
        std::unique_lock lock(mutex_);
        while (failure_.empty()) {
            wake_.wait_until(lock, stop, nextHeartbeat, [this] { return !waiting_.empty(); });
            if (!waiting_.empty())
                wake_.wait_for(lock, stop, batchTime, [this] { return flushUpTo_ > written_ || bytes_ >= batchBytes; });
            else if (stop.stop_requested())
                return;
            const std::vector<RunEvent> batch = std::exchange(waiting_, {});
            const std::size_t batchSize = bytes_;
            lock.unlock();
            std::string failure;
            try {
                if (!batch.empty())
                    store_.append(run_, batch);
                if (std::chrono::steady_clock::now() >= nextHeartbeat) {
                    store_.heartbeat(run_);
                    nextHeartbeat = std::chrono::steady_clock::now() + heartbeatTime;
                }
            } catch (const std::exception &error) {
                failure = error.what();
            }
            lock.lock();
            failure_ = failure;
            if (failure_.empty())
                written_ += batch.size();
            bytes_ -= batchSize;
            settled_.notify_all();
        }
    }

    RunStore store_;
    const int run_;

    std::mutex mutex_;
    std::condition_variable_any wake_; ///< the thread: there is something to write
    std::condition_variable settled_;  ///< the others: a batch was written, or writing has failed
    std::vector<RunEvent> waiting_;
    std::size_t bytes_ = 0; ///< of what waits and of the batch being written
    std::uint64_t posted_ = 0;
    std::uint64_t written_ = 0;
    std::uint64_t flushUpTo_ = 0;
    std::string failure_;

    std::jthread thread_;
};

RunWriter::RunWriter(std::filesystem::path project, int run)
    : impl_(std::make_unique<Impl>(std::move(project), run))
{
}

/// The thread writes what is left before it ends.
RunWriter::~RunWriter() = default;

void RunWriter::post(RunEvent event)
{
    impl_->post(std::move(event));
}

void RunWriter::flush()
{
    impl_->flush();
}

} // namespace concord
