#include "app/cli/execute.h"

#include "core/session/session.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

#include <cmath>
#include <csignal>
#include <map>
#include <thread>

namespace concord {

namespace {

/// Waits for Ctrl-C in a thread of its own: a handler may not take locks.
class Interrupts
{
public:
    explicit Interrupts(RunControl &control)
    {
        sigemptyset(&signals_);
        sigaddset(&signals_, SIGINT);
        sigaddset(&signals_, SIGTERM);
        pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
        thread_ = std::jthread([this, &control](std::stop_token token) {
            const timespec tick{.tv_sec = 0, .tv_nsec = 100'000'000};
            for (int count = 0; !token.stop_requested();)
                if (sigtimedwait(&signals_, nullptr, &tick) > 0)
                    control.give(++count == 1 ? RunControl::Order::stop : RunControl::Order::abort);
        });
    }

private:
    sigset_t signals_;
    std::jthread thread_;
};

std::string clockText(double seconds)
{
    const auto whole = std::int64_t(seconds + 0.5);
    return fmt::format("{}:{:02}", whole / 60, whole % 60);
}

/// One line of progress: share, task losses, speed, time left.
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
            fmt::print(stderr, "\r\033[K{}\n", log->text);
        }
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
        fmt::print(stderr, "\r\033[K{}", line);
        std::fflush(stderr);
    }

    std::map<std::string, double> losses_;
    double ms_ = 0;
};

/// The last value of every evaluation series.
nlohmann::json lastValues(const RunStore &store, int run)
{
    nlohmann::json values = nlohmann::json::object();
    for (const std::string &series : store.seriesNames(run))
        if (series.starts_with("val/") || series.starts_with("baseline/"))
            if (const Series data = store.series(run, series); !data.values.empty())
                values[series] = data.values.back();
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
        if (reporting.progress)
            fmt::print(stderr, "\n");
    }
    const RunStore store(project, RunStore::Mode::read);
    const nlohmann::json values = lastValues(store, run);
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
