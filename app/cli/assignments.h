#pragma once

#include "core/base/params.h"

#include <string>
#include <vector>

namespace concord {

/// "parameter=value" texts as values of the types that `object` lists; a name that it does not list stays a text, so that
/// setParams names it. Throws Error.
ParamMap readAssignments(Parametrised &object, const std::vector<std::string> &assignments);

} // namespace concord
