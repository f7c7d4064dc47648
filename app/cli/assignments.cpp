#include "app/cli/assignments.h"

#include "core/base/error.h"

#include <algorithm>

namespace concord {

ParamMap readAssignments(Parametrised &object, const std::vector<std::string> &assignments)
{
    const std::vector<ParamSpec> specs = listParams(object);
    ParamMap values;
    for (const std::string &assignment : assignments) {
        const std::size_t equals = assignment.find('=');
        if (equals == std::string::npos)
            throw Error("--set: expected parameter=value, found '{}'", assignment);
        const std::string name = assignment.substr(0, equals);
        const std::string text = assignment.substr(equals + 1);
        const auto spec = std::ranges::find(specs, name, &ParamSpec::name);
        values[name] = spec == specs.end() ? ParamValue(text) : parseParam(text, spec->value, name);
    }
    return values;
}

} // namespace concord
