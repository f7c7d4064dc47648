#pragma once

#include <cstdint>
#include <span>

namespace SQLite {
class Database;
}

namespace concord {

/// "Cncd": what SQLite's header says of a project.
inline constexpr std::int64_t projectApplicationId = 0x436E6364;

/// Turns a database of version n − 1 into one of version n, where n is the step's place in the list, from 1.
using Migration = void (*)(SQLite::Database &);

/// All steps there are; a change of the tables is a new step at the end, never an edit of an old one.
std::span<const Migration> projectMigrations();

/// Does the steps that the database lacks. One transaction: a failing step leaves the database as it was.
void migrate(SQLite::Database &database, std::span<const Migration> steps);

} // namespace concord
