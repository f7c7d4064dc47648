#pragma once

#include "core/tensor/safetensors.h"
#include "core/train/trainer.h"

#include <QTemporaryDir>
#include <QTest>

#include <map>

namespace concord::test {

/// Keeps what a run says, and can act on it while it goes on.
struct Recorder
{
    std::vector<RunEvent> events;
    std::function<void(const RunEvent &)> act;

    std::function<void(RunEvent)> sink()
    {
        return [this](RunEvent event) {
            events.push_back(event);
            if (act)
                act(event);
        };
    }

    /// Gives `order` as soon as step `step` has been told.
    void orderAt(std::int64_t step, RunControl &control, RunControl::Order order)
    {
        act = [step, &control, order](const RunEvent &event) {
            const auto *scalar = std::get_if<ScalarEvent>(&event);
            if (scalar && scalar->series == "lr" && scalar->step == step)
                control.give(order);
        };
    }

    std::map<std::int64_t, double> series(const std::string &name) const
    {
        std::map<std::int64_t, double> values;
        for (const RunEvent &event : events)
            if (const auto *scalar = std::get_if<ScalarEvent>(&event); scalar && scalar->series == name)
                values[scalar->step] = scalar->value;
        return values;
    }

    template<class Event>
    std::vector<Event> all() const
    {
        std::vector<Event> result;
        for (const RunEvent &event : events)
            if (const auto *found = std::get_if<Event>(&event))
                result.push_back(*found);
        return result;
    }

    bool logs(const std::string &words) const
    {
        for (const LogEvent &event : all<LogEvent>())
            if (event.text.find(words) != std::string::npos)
                return true;
        return false;
    }
};

inline bool contains(const std::string &text, const std::string &words)
{
    const bool found = text.find(words) != std::string::npos;
    if (!found)
        qWarning("expected '%s' in: %s", words.c_str(), text.c_str());
    return found;
}

inline std::filesystem::path folderOf(const QTemporaryDir &folder)
{
    return folder.path().toStdString();
}

/// Names of the tensors whose bits differ between two checkpoints.
inline std::vector<std::string> differences(const std::filesystem::path &a, const std::filesystem::path &b)
{
    const Safetensors first = loadSafetensors(a);
    const Safetensors second = loadSafetensors(b);
    std::vector<std::string> result;
    for (const auto &[name, tensor] : first.tensors) {
        const auto other = second.tensors.find(name);
        if (other == second.tensors.end() || tensor.scalar_type() != other->second.scalar_type() || !tensor.equal(other->second))
            result.push_back(name);
    }
    for (const auto &[name, tensor] : second.tensors)
        if (!first.tensors.contains(name))
            result.push_back(name);
    return result;
}

} // namespace concord::test
