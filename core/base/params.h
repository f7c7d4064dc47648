#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace concord {

using ParamValue = std::variant<bool, std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<std::string>>;
using ParamMap = std::map<std::string, ParamValue>;

/// What a form, a validator and a help page need to know of one parameter. `help` is never empty.
struct ParamInfo
{
    std::string help = {};
    std::string label = {};                                  ///< words for the form; made from the name when empty
    std::string unit = {};
    double min = -std::numeric_limits<double>::infinity();   ///< for numbers and each number of a list
    double max = std::numeric_limits<double>::infinity();
    std::vector<std::string> choices = {};                   ///< for texts: the allowed ones
    bool advanced = false;                                   ///< folded away in forms
    bool path = false;                                       ///< a text that names a file or folder
};

/// Visits the parameters of an object; the object lists each once, with its member as value and default.
class ParamVisitor
{
public:
    virtual ~ParamVisitor() = default;
    virtual void operator()(const char *name, bool &value, const ParamInfo &info) = 0;
    virtual void operator()(const char *name, std::int64_t &value, const ParamInfo &info) = 0;
    virtual void operator()(const char *name, double &value, const ParamInfo &info) = 0;
    virtual void operator()(const char *name, std::string &value, const ParamInfo &info) = 0;
    virtual void operator()(const char *name, std::vector<std::int64_t> &value, const ParamInfo &info) = 0;
    virtual void operator()(const char *name, std::vector<std::string> &value, const ParamInfo &info) = 0;
};

/// Anything with parameters: a block, a balance method, an optimiser, a plan.
class Parametrised
{
public:
    virtual ~Parametrised() = default;
    virtual void params(ParamVisitor &) {}
    bool operator==(const Parametrised &) const = default;   ///< nothing of its own to compare
};

/// One parameter as listed: its name, present value, and facts.
struct ParamSpec
{
    std::string name;
    ParamValue value;
    ParamInfo info;
};

/// A value of a map that could not be used: "expected …, found …".
struct ParamProblem
{
    std::string name;
    std::string message;
    std::optional<std::string> suggestion = {};  ///< the parameter that was probably meant
};

/// The parameters in the order of the object's list, with their present values.
std::vector<ParamSpec> listParams(Parametrised &object);

/// All present values.
ParamMap writeParams(Parametrised &object);

/// Sets what `values` names. Values of a wrong type, out of range or unknown are reported and left at their default.
std::vector<ParamProblem> readParams(Parametrised &object, const ParamMap &values);

/// As readParams, but throws Error("<what>: …") on the first problem.
void setParams(Parametrised &object, const ParamMap &values, const std::string &what);

/// Text as on a command line ("0.4", "true", "2,2,2") to a value of the type of `like`; throws Error.
ParamValue parseParam(const std::string &text, const ParamValue &like, const std::string &name);

/// "0.4", "true", "2, 2, 2": for forms, tables and help.
std::string paramText(const ParamValue &value);

} // namespace concord
