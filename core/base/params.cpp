#include "core/base/params.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace concord {

namespace {

const char *typeName(const ParamValue &value)
{
    static constexpr const char *names[] = {"true or false", "a whole number", "a number", "a text", "a list of whole numbers", "a list of texts"};
    return names[value.index()];
}

/// A number written without a fraction is fine where any number is expected, and an empty list fits both kinds of list.
template<class T>
std::optional<T> convert(const ParamValue &value)
{
    if (const T *same = std::get_if<T>(&value))
        return *same;
    if constexpr (std::is_same_v<T, double>) {
        if (const auto *whole = std::get_if<std::int64_t>(&value))
            return double(*whole);
    }
    if constexpr (std::is_same_v<T, std::int64_t>) {
        const auto *number = std::get_if<double>(&value);
        if (number && std::floor(*number) == *number && std::abs(*number) < 9e15)
            return std::int64_t(*number);
    }
    if constexpr (std::is_same_v<T, std::vector<std::string>>) {
        const auto *numbers = std::get_if<std::vector<std::int64_t>>(&value);
        if (numbers && numbers->empty())
            return T{};
    }
    if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
        if (const auto *whole = std::get_if<std::int64_t>(&value))
            return T{*whole};
        const auto *texts = std::get_if<std::vector<std::string>>(&value);
        if (texts && texts->empty())
            return T{};
    }
    return std::nullopt;
}

std::string rangeText(const ParamInfo &info)
{
    if (std::isinf(info.max) && std::isinf(info.min))
        return "that is not NaN";
    if (std::isinf(info.max))
        return fmt::format("at least {:g}", info.min);
    if (std::isinf(info.min))
        return fmt::format("at most {:g}", info.max);
    return fmt::format("between {:g} and {:g}", info.min, info.max);
}

std::string checkNumber(double value, const ParamInfo &info)
{
    if (std::isnan(value) || value < info.min || value > info.max)
        return fmt::format("expected a number {}, found {:g}", rangeText(info), value);
    return {};
}

std::string check(const bool &, const ParamInfo &) { return {}; }
std::string check(const std::int64_t &value, const ParamInfo &info) { return checkNumber(double(value), info); }
std::string check(const double &value, const ParamInfo &info) { return checkNumber(value, info); }
std::string check(const std::vector<std::string> &, const ParamInfo &) { return {}; }

std::string check(const std::string &value, const ParamInfo &info)
{
    if (info.choices.empty() || std::ranges::find(info.choices, value) != info.choices.end())
        return {};
    return fmt::format("expected one of {}, found '{}'{}", join(info.choices, ", "), value, didYouMean(value, info.choices));
}

std::string check(const std::vector<std::int64_t> &values, const ParamInfo &info)
{
    for (const std::int64_t value : values)
        if (std::string problem = checkNumber(double(value), info); !problem.empty())
            return problem;
    return {};
}

std::optional<std::string> suggestionFor(const std::string &name, const std::vector<std::string> &known)
{
    const std::string best = nearestWord(name, known);
    return best.empty() ? std::nullopt : std::optional(best);
}

/// The six overloads in one template.
template<class Derived>
class UniformVisitor : public ParamVisitor
{
public:
    void operator()(const char *n, bool &v, const ParamInfo &i) override { self().visit(n, v, i); }
    void operator()(const char *n, std::int64_t &v, const ParamInfo &i) override { self().visit(n, v, i); }
    void operator()(const char *n, double &v, const ParamInfo &i) override { self().visit(n, v, i); }
    void operator()(const char *n, std::string &v, const ParamInfo &i) override { self().visit(n, v, i); }
    void operator()(const char *n, std::vector<std::int64_t> &v, const ParamInfo &i) override { self().visit(n, v, i); }
    void operator()(const char *n, std::vector<std::string> &v, const ParamInfo &i) override { self().visit(n, v, i); }

private:
    Derived &self() { return static_cast<Derived &>(*this); }
};

class Lister : public UniformVisitor<Lister>
{
public:
    template<class T>
    void visit(const char *name, T &value, const ParamInfo &info)
    {
        specs.push_back({name, value, info});
    }
    std::vector<ParamSpec> specs;
};

class Reader : public UniformVisitor<Reader>
{
public:
    explicit Reader(const ParamMap &values)
        : values_(values)
    {
    }

    template<class T>
    void visit(const char *name, T &value, const ParamInfo &info)
    {
        known.emplace_back(name);
        const auto it = values_.find(name);
        if (it == values_.end())
            return;
        const std::optional<T> converted = convert<T>(it->second);
        if (!converted) {
            problems.push_back({name, fmt::format("expected {}, found {}", typeName(ParamValue(value)), paramText(it->second))});
            return;
        }
        if (std::string problem = check(*converted, info); !problem.empty()) {
            problems.push_back({name, problem});
            return;
        }
        value = *converted;
    }

    std::vector<ParamProblem> problems;
    std::vector<std::string> known;

private:
    const ParamMap &values_;
};

template<class Number>
Number parseNumber(const std::string &text, const std::string &name, const char *expected)
{
    Number number{};
    const std::string trimmed = trim(text);
    const auto [end, error] = std::from_chars(trimmed.data(), trimmed.data() + trimmed.size(), number);
    bool bad = error != std::errc() || end != trimmed.data() + trimmed.size();
    if constexpr (std::is_floating_point_v<Number>)
        bad = bad || !std::isfinite(number);   // "inf" and "nan" have no form in documents
    if (bad)
        throw Error("{}: expected {}, found '{}'", name, expected, text);
    return number;
}

} // namespace

std::vector<ParamSpec> listParams(Parametrised &object)
{
    Lister lister;
    object.params(lister);
    return std::move(lister.specs);
}

ParamMap writeParams(Parametrised &object)
{
    ParamMap map;
    for (ParamSpec &spec : listParams(object))
        map[spec.name] = std::move(spec.value);
    return map;
}

std::vector<ParamProblem> readParams(Parametrised &object, const ParamMap &values)
{
    Reader reader(values);
    object.params(reader);
    for (const auto &[name, value] : values)
        if (std::ranges::find(reader.known, name) == reader.known.end())
            reader.problems.push_back({name, fmt::format("no such parameter{}", didYouMean(name, reader.known)), suggestionFor(name, reader.known)});
    return std::move(reader.problems);
}

void setParams(Parametrised &object, const ParamMap &values, const std::string &what)
{
    const std::vector<ParamProblem> problems = readParams(object, values);
    if (!problems.empty())
        throw Error("{}: parameter '{}': {}", what, problems.front().name, problems.front().message);
}

ParamValue parseParam(const std::string &text, const ParamValue &like, const std::string &name)
{
    if (std::holds_alternative<bool>(like)) {
        if (text == "true" || text == "on" || text == "1")
            return true;
        if (text == "false" || text == "off" || text == "0")
            return false;
        throw Error("{}: expected true or false, found '{}'", name, text);
    }
    if (std::holds_alternative<std::int64_t>(like))
        return parseNumber<std::int64_t>(text, name, "a whole number");
    if (std::holds_alternative<double>(like))
        return parseNumber<double>(text, name, "a number");
    if (std::holds_alternative<std::vector<std::int64_t>>(like)) {
        std::vector<std::int64_t> numbers;
        for (const std::string &part : split(trim(text), ','))
            numbers.push_back(parseNumber<std::int64_t>(part, name, "whole numbers with commas between"));
        return numbers;
    }
    if (std::holds_alternative<std::vector<std::string>>(like)) {
        std::vector<std::string> texts;
        for (const std::string &part : split(text, ','))
            texts.push_back(trim(part));
        return texts;
    }
    return text;
}

std::string paramText(const ParamValue &value)
{
    struct
    {
        std::string operator()(bool v) const { return v ? "true" : "false"; }
        std::string operator()(std::int64_t v) const { return std::to_string(v); }
        std::string operator()(double v) const { return fmt::format("{}", v); }
        std::string operator()(const std::string &v) const { return v; }
        std::string operator()(const std::vector<std::int64_t> &v) const { return fmt::format("{}", fmt::join(v, ", ")); }
        std::string operator()(const std::vector<std::string> &v) const { return join(v, ", "); }
    } text;
    return std::visit(text, value);
}

} // namespace concord
