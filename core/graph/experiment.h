#pragma once

#include "core/graph/plan.h"
#include "core/graph/task_graph.h"

#include <filesystem>
#include <string>

namespace concord {

/// Task graph + plan; the data set is a node. One JSON document, deterministic: sorted keys, two spaces, final newline.
struct Experiment
{
    std::string name = {};
    std::string description = {};
    TaskGraph graph = {};
    Plan plan = {};
    std::string unknown = {};   ///< JSON text of members this program does not know, kept on save

    bool operator==(const Experiment &) const = default;
};

std::string toJson(const Experiment &experiment);

/// Throws Error naming line or element on bad JSON, a newer format or wrong types. Unknown block types and parameters are kept.
Experiment experimentFromJson(const std::string &text, const std::string &sourceName);

Experiment loadExperiment(const std::filesystem::path &file);

/// Atomic: temporary file, fsync, rename. Throws Error; the old file stays whole.
void saveExperiment(const Experiment &experiment, const std::filesystem::path &file);

/// Nodes with their links inside the selection, as text for the clipboard.
std::string toJson(const TaskGraph &graph);
TaskGraph graphFromJson(const std::string &text);

/// `plan.batch=8`, `node.<id>.<param>=value`, `balance.c=0.4` (the balance node), `name=…`; throws Error with the known paths.
void setPath(Experiment &experiment, const std::string &assignment);

/// SHA-256 of the document without name, description and positions, in hex: equal experiments train alike.
std::string contentId(const Experiment &experiment);

} // namespace concord
