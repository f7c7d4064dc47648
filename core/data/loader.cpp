#include "core/data/loader.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <map>
#include <mutex>
#include <thread>

namespace concord {

/// Batches are numbered through all epochs: number = epoch × batches per epoch + index. Threads take numbers in turn, at most
/// `queue` ahead of the caller, and put what they made under its number; a seek starts a new generation, whose number makes
/// work under way for the old one worthless.
class Loader::Impl
{
public:
    Impl(std::shared_ptr<const Dataset> dataset, LoaderOptions options)
        : dataset_(std::move(dataset))
        , options_(options)
    {
        if (!dataset_)
            throw Error("loader: expected a data set, found none");
        if (options_.batch < 1)
            throw Error("batch: expected at least 1, found {}", options_.batch);
        const std::int64_t size = dataset_->size();
        if (size < 1)
            throw Error("data set: expected at least one sample, found none");
        perEpoch_ = options_.dropLast ? std::max<std::int64_t>(1, size / options_.batch) : (size + options_.batch - 1) / options_.batch;
        try {
            for (int i = 0; i < options_.threads; ++i)
                threads_.emplace_back([this] { work(); });
        } catch (...) {
            stop();
            throw;
        }
    }

    ~Impl() { stop(); }

    std::int64_t batchesPerEpoch() const { return perEpoch_; }

    void seek(std::int64_t epoch, std::int64_t index)
    {
        if (epoch < 0 || index < 0 || index > perEpoch_)
            throw Error("position: expected epoch ≥ 0 and batch 0 … {}, found epoch {} batch {}", perEpoch_, epoch, index);
        {
            const std::lock_guard lock(mutex_);
            position_ = taken_ = epoch * perEpoch_ + index;
            ++generation_;
            ready_.clear();
        }
        mayLoad_.notify_all();
    }

    std::shared_ptr<const Batch> next()
    {
        if (threads_.empty()) {
            const std::int64_t number = position_++;
            return load(number, orderOf(number / perEpoch_), generation_);
        }
        std::unique_lock lock(mutex_);
        isReady_.wait(lock, [this] { return ready_.contains(position_); });
        const Outcome outcome = std::move(ready_.extract(position_).mapped());
        ++position_;
        lock.unlock();
        mayLoad_.notify_one();
        if (outcome.failure)
            std::rethrow_exception(outcome.failure);
        return outcome.batch;
    }

private:
    using Order = std::vector<std::int64_t>;

    struct Outcome
    {
        std::shared_ptr<const Batch> batch;
        std::exception_ptr failure;
    };

    /// The lock must be held when there are threads.
    std::shared_ptr<const Order> orderOf(std::int64_t epoch)
    {
        if (!order_ || orderEpoch_ != epoch) {
            Order order = permutation(options_.shuffle ? dataset_->size() : 0, Random(options_.seed, std::uint64_t(epoch), 0x6f72646572));
            order_ = std::make_shared<const Order>(std::move(order));
            orderEpoch_ = epoch;
        }
        return order_;
    }

    void stop()
    {
        {
            const std::lock_guard lock(mutex_);
            ++generation_;
            isStopping_ = true;
        }
        mayLoad_.notify_all();
    }

    void work()
    {
        std::unique_lock lock(mutex_);
        while (true) {
            mayLoad_.wait(lock, [this] { return isStopping_ || taken_ < position_ + std::max(1, options_.queue); });
            if (isStopping_)
                return;
            const std::int64_t number = taken_++;
            const std::uint64_t generation = generation_;
            const std::shared_ptr<const Order> order = orderOf(number / perEpoch_);
            lock.unlock();
            Outcome outcome;
            try {
                outcome.batch = load(number, order, generation);
            } catch (...) {
                outcome.failure = std::current_exception();
            }
            lock.lock();
            if (generation == generation_) {
                ready_.emplace(number, std::move(outcome));
                isReady_.notify_all();
            }
        }
    }

    /// Null when the loader has moved on meanwhile.
    std::shared_ptr<const Batch> load(std::int64_t number, const std::shared_ptr<const Order> &order, std::uint64_t generation) const
    {
        const std::int64_t first = number % perEpoch_ * options_.batch;
        const std::int64_t last = std::min(first + options_.batch, dataset_->size());
        const DatasetInfo &info = dataset_->info();
        auto batch = std::make_shared<Batch>();
        batch->size = last - first;
        batch->image.resize(std::size_t(batch->size * elementCount(info.image)));
        batch->labels.resize(info.tasks.size());
        for (std::size_t task = 0; task < info.tasks.size(); ++task) {
            batch->labels[task].values.resize(std::size_t(batch->size * elementCount(info.labelShapes[task])));
            batch->labels[task].present.resize(std::size_t(batch->size));
        }
        for (std::int64_t row = 0; row < batch->size; ++row) {
            if (generation != generation_)
                return nullptr;
            const std::int64_t index = options_.shuffle ? (*order)[std::size_t(first + row)] : first + row;
            Sample sample = dataset_->get(index);
            if (options_.flip || options_.cropScale > 0)
                augment(sample, info, options_, Random(options_.seed, std::uint64_t(number / perEpoch_), std::uint64_t(index), 0x61756763));
            batch->indices.push_back(index);
            put(sample, row, *batch, info);
        }
        return batch;
    }

    static void put(const Sample &sample, std::int64_t row, Batch &batch, const DatasetInfo &info)
    {
        copyRow(sample.image, row, elementCount(info.image), batch.image, batch.indices.back(), "image");
        for (std::size_t task = 0; task < info.tasks.size(); ++task) {
            if (sample.labels.at(task).empty())
                continue;
            Batch::Label &label = batch.labels[task];
            copyRow(sample.labels[task], row, elementCount(info.labelShapes[task]), label.values, batch.indices.back(), info.tasks[task].name);
            label.present[std::size_t(row)] = 1;
            ++label.presentCount;
        }
    }

    static void copyRow(const std::vector<float> &values, std::int64_t row, std::int64_t count, std::vector<float> &target, std::int64_t index,
                        const std::string &what)
    {
        if (std::int64_t(values.size()) != count)
            throw Error("sample {}: '{}' expected {} values, found {}", index, what, count, values.size());
        std::ranges::copy(values, target.begin() + row * count);
    }

    const std::shared_ptr<const Dataset> dataset_;
    const LoaderOptions options_;
    std::int64_t perEpoch_ = 1;

    std::mutex mutex_;
    std::condition_variable mayLoad_;
    std::condition_variable isReady_;
    std::int64_t position_ = 0; ///< number of the batch that next() returns
    std::int64_t taken_ = 0;    ///< number of the batch that the next free thread makes
    std::atomic<std::uint64_t> generation_ = 0;
    bool isStopping_ = false;
    std::map<std::int64_t, Outcome> ready_;
    std::shared_ptr<const Order> order_;
    std::int64_t orderEpoch_ = -1;
    std::vector<std::jthread> threads_; ///< last: joined before anything that they use goes
};

Loader::Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options)
    : impl_(std::make_unique<Impl>(std::move(dataset), options))
{
}

Loader::~Loader() = default;

std::int64_t Loader::batchesPerEpoch() const
{
    return impl_->batchesPerEpoch();
}

void Loader::seek(std::int64_t epoch, std::int64_t index)
{
    impl_->seek(epoch, index);
}

std::shared_ptr<const Batch> Loader::next()
{
    return impl_->next();
}

} // namespace concord
