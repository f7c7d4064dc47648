#include "app/cli/execute.h"

#include "core/session/session.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <atomic>
#include <chrono>
#include <cmath>
#include <csignal>
#include <iterator>
#include <map>
#include <thread>

#include <unistd.h>

namespace concord {

namespace {

/// How often Ctrl-C was pressed. A handler may do no more than count; it is a handler and not a waiting thread's mask, because
/// the threads of LibTorch would take the signal too.
std::atomic<int> interruptCount = 0;

extern "C" void countInterrupt(int)
{
    ++interruptCount;
}

/// The first Ctrl-C stops the run with a checkpoint; the second ends the program at once, and the run can go on from its last one.
class Interrupts
{
public:
    explicit Interrupts(RunControl &control)
    {
        interruptCount = 0;
        struct sigaction action = {};
        action.sa_handler = countInterrupt;
        action.sa_flags = SA_RESTART;
        for (std::size_t i = 0; i < std::size(signals); ++i)
            sigaction(signals[i], &action, &before_[i]);
        thread_ = std::jthread([this, &control](std::stop_token token) {
            for (; !token.stop_requested(); std::this_thread::sleep_for(std::chrono::milliseconds(50))) {
                if (interruptCount >= 1)
                    control.give(RunControl::Order::stop);
                if (interruptCount >= 2) {
                    restore();
                    ::kill(::getpid(), SIGINT);
                }
            }
        });
    }

    ~Interrupts()
    {
        thread_.request_stop();
        thread_.join();
        restore();
    }
    Interrupts(const Interrupts &) = delete;
    Interrupts &operator=(const Interrupts &) = delete;

private:
    static constexpr int signals[] = {SIGINT, SIGTERM};

    void restore() const
    {
        for (std::size_t i = 0; i < std::size(signals); ++i)
            sigaction(signals[i], &before_[i], nullptr);
    }

    struct sigaction before_[std::size(signals)] = {};
    std::jthread thread_;
};

std::string clockText(double seconds)
{
    const auto whole = std::int64_t(seconds + 0.5);
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

/// One line of progress: share, task losses, speed, time left. In a terminal it is renewed in place, in a file there is one now and then.
class ProgressLine
{
public:
    void see(const RunEvent &event)
    {
        if (const auto *scalar = std::get_if<ScalarEvent>(&event)) {
            if (scalar->series.starts_with("loss/"))
                losses_[scalar->series.substr(5)] = scalar->value;
            else if (scalar->series == "ms_per_step")
                ms_ = ms_ > 0 ? 0.9 * ms_ + 0.1 * scalar->value : scalar->value;
        } else if (const auto *state = std::get_if<StateEvent>(&event)) {
            draw(*state);
        } else if (const auto *log = std::get_if<LogEvent>(&event); log && log->level != LogEvent::Level::info) {
            fmt::print(stderr, "{}{}\n", isTerminal_ ? "\r\033[K" : "", log->text);
        }
    }

    /// Leaves the line as it is.
    void end() const
    {
        if (isTerminal_ && isDrawn_)
            fmt::print(stderr, "\n");
    }

private:
    void draw(const StateEvent &state)
    {
        if (state.totalSteps <= 0)
            return;
        std::string line;
        const int filled = int(24 * state.step / state.totalSteps);
        for (int i = 0; i < 24; ++i)
            line += i < filled ? "█" : "░";
        line += fmt::format(" {}/{}", state.step, state.totalSteps);
        for (const auto &[task, value] : losses_)
            line += fmt::format("  {} {:.3f}", task, value);
        if (ms_ > 0)
            line += fmt::format("  {:.0f} ms/step  {} left", ms_, clockText(double(state.totalSteps - state.step) * ms_ / 1000));
        if (isTerminal_) {
            fmt::print(stderr, "\r\033[K{}", line);
            isDrawn_ = true;
        } else if (const auto now = std::chrono::steady_clock::now(); ms_ > 0 && (now - drawn_ >= std::chrono::seconds(5) || state.step >= state.totalSteps)) {
            fmt::print(stderr, "{}\n", line);
            drawn_ = now;
        }
        std::fflush(stderr);
    }

    bool isDrawn_ = false;
    const bool isTerminal_ = isatty(STDERR_FILENO) != 0;
    std::chrono::steady_clock::time_point drawn_ = {};

    std::map<std::string, double> losses_;
    double ms_ = 0;
};

/// The last value of every evaluation series.
nlohmann::json lastValues(const std::filesystem::path &project, int run, const StateEvent &outcome)
{
    nlohmann::json values = nlohmann::json::object();
    try {
        const RunStore store(project, RunStore::Mode::read);
        for (const std::string &series : store.seriesNames(run))
            if (series.starts_with("val/") || series.starts_with("baseline/"))
                if (const Series data = store.series(run, series); !data.values.empty())
                    values[series] = data.values.back();
    } catch (const Error &) {
        // Where the project itself is what failed, the outcome says so.
        if (outcome.state != RunState::failed)
            throw;
    }
    return values;
}

} // namespace

int executeAndReport(const std::filesystem::path &project, int run, std::int64_t steps, const Reporting &reporting)
{
    RunControl control;
    StateEvent outcome;
    {
        Interrupts interrupts(control);
        ProgressLine line;
        outcome = executeRun(project, run, {.steps = steps}, control, [&](const RunEvent &event) {
            if (reporting.progress)
                line.see(event);
        });
        line.end();
    }
    const nlohmann::json values = lastValues(project, run, outcome);
    if (reporting.json)
        fmt::print("{}\n", nlohmann::json{{"run", run}, {"state", name(outcome.state)}, {"step", outcome.step}, {"message", outcome.message}, {"values", values}}.dump(2));
    else if (reporting.printRun)
        fmt::print("{}\n", run);
    if (!reporting.json) {
        fmt::print(reporting.printRun ? stderr : stdout, "run {} {} at step {}\n", run, name(outcome.state), outcome.step);
        for (const auto &[series, value] : values.items())
            fmt::print(reporting.printRun ? stderr : stdout, "  {:<40} {:.4f}\n", series, value.is_number() ? value.get<double>() : std::nan(""));
    }
    if (outcome.state == RunState::failed)
        throw Error("run {}: {}", run, outcome.message);
    return 0;
}

} // namespace concord
