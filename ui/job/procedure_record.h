#pragma once

#include "core/session/procedure.h"

#include <filesystem>
#include <optional>

namespace concord {

/// The order of the procedure that a project has not brought to its end, in the folder of its checkpoints: given again it goes on from where it was,
/// also after the window was closed or killed.

/// Throws Error.
void rememberProcedure(const std::filesystem::path &project, const ProcedureOrder &order);
void forgetProcedure(const std::filesystem::path &project);

/// Nothing where there is none, or one that this program does not understand.
std::optional<ProcedureOrder> unfinishedProcedure(const std::filesystem::path &project);

} // namespace concord
