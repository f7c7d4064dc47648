#pragma once

#include "core/base/error.h"

#include <atomic>
#include <condition_variable>
#include <mutex>

namespace concord {

/// How a front end steers a run from another thread. The run asks at each step boundary.
class RunControl
{
public:
    enum class Order { run, pause, stop, abort };

    /// `stop` keeps a checkpoint, `abort` does not; neither can be taken back.
    void give(Order order)
    {
        {
            const std::lock_guard lock(mutex_);
            if (order_ == Order::stop || order_ == Order::abort)
                return;
            order_ = order;
        }
        changed_.notify_all();
    }

    Order order() const { return order_; }

    /// Sleeps while the order is pause; returns the order that ended it.
    Order waitWhilePaused()
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [this] { return order_ != Order::pause; });
        return order_;
    }

    /// For long operations without a checkpoint of their own.
    void throwIfStopping() const
    {
        if (order_ == Order::stop || order_ == Order::abort)
            throw Cancelled();
    }

private:
    std::atomic<Order> order_ = Order::run;
    std::mutex mutex_;
    std::condition_variable changed_;
};

} // namespace concord
