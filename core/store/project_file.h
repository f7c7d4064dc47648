#pragma once

#include "core/base/error.h"
#include "core/store/run_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

namespace concord {

/// How long a process waits for another one's transaction.
inline constexpr int projectBusySeconds = 20;

/// Opens a project after looking at it without touching it: a file that is not a project is neither changed nor given company.
/// `create` makes a new project under another name and moves it into place, so that nobody ever sees half of one.
SQLite::Database openProject(const std::filesystem::path &file, RunStore::Mode mode);

/// The sentence for a failure in SQLite. `handle` (may be null) knows what the operating system said.
Error projectError(const std::filesystem::path &file, const SQLite::Exception &failure, sqlite3 *handle);

} // namespace concord
