#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/graph/experiment.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <set>

namespace concord {

namespace {

using Json = nlohmann::json;

constexpr int knownFormat = 1;
constexpr int deepestNesting = 64;   // the library writes recursively: a file must not be able to exhaust the stack

/// Reads one document; every sentence names the document and the element.
class ExperimentReader
{
public:
    explicit ExperimentReader(std::string source)
        : source_(std::move(source))
    {
    }

    /// The document without its header. `kinds`: what the "concord" member may say.
    Json parse(const std::string &text, const std::vector<std::string> &kinds);

    TaskGraph readGraph(Json &json, const std::string &path);
    Plan readPlan(Json &json, const std::string &path);

    /// Takes the member out of the object, so that what is left at the end is what we do not know.
    std::string takeText(Json &object, const char *name, const std::string &path);
    double takeNumber(Json &object, const char *name, const std::string &path);
    Json takeObject(Json &object, const char *name, const std::string &path);

    static std::string unknownText(const Json &object) { return object.empty() ? "" : object.dump(); }

private:
    [[noreturn]] void fail(const std::string &path, const std::string &expected, const Json &found) const;
    [[noreturn]] void failAt(const std::string &text, std::size_t byte, std::string reason) const;
    Json take(Json &object, const char *name) const;
    Node readNode(Json json, const std::string &path);
    Edge readEdge(const Json &json, const std::string &path, const std::set<std::string> &ids) const;
    PortRef readPort(std::string_view text, const Json &edge, const std::string &path, const std::set<std::string> &ids) const;
    ParamMap readParamMap(const Json &json, const std::string &path) const;
    ParamValue readValue(const Json &json, const std::string &path) const;
    void readNamed(Json &plan, const char *name, std::string &id, ParamMap &params, const std::string &path);

    std::string source_;
};

void ExperimentReader::fail(const std::string &path, const std::string &expected, const Json &found) const
{
    std::string text = found.dump(-1, ' ', true, Json::error_handler_t::replace);
    if (text.size() > 60)
        text = text.substr(0, 57) + "...";
    throw Error("{}: {}: expected {}, found {}", source_, path.empty() ? "document" : path, expected, text);
}

void ExperimentReader::failAt(const std::string &text, std::size_t byte, std::string reason) const
{
    // "[json.exception.parse_error.101] parse error at line 1, column 5: syntax error while parsing value - …; last read: '…'"
    if (const std::size_t start = reason.find(": "); start != std::string::npos)
        reason.erase(0, start + 2);
    reason.erase(std::min(reason.size(), reason.find("; last read")));
    const std::string_view before = std::string_view(text).substr(0, byte == 0 ? 0 : byte - 1);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;
    throw Error("{}: line {}, column {}: expected JSON, found a {}", source_, line, column, reason);
}

Json ExperimentReader::parse(const std::string &text, const std::vector<std::string> &kinds)
{
    std::vector<std::set<std::string>> members;
    const auto check = [&](int depth, Json::parse_event_t event, Json &element) {
        if (depth > deepestNesting)
            throw Error("{}: expected at most {} levels of nesting, found more", source_, deepestNesting);
        if (event == Json::parse_event_t::object_start)
            members.emplace_back();
        else if (event == Json::parse_event_t::object_end)
            members.pop_back();
        else if (event == Json::parse_event_t::key && !members.back().insert(element.get<std::string>()).second)
            throw Error("{}: expected each member once, found '{}' twice in one object", source_, element.get<std::string>());
        return true;
    };
    Json json;
    try {
        json = Json::parse(text, check);
    } catch (const Json::parse_error &error) {
        failAt(text, error.byte, error.what());
    } catch (const Json::exception &error) {
        throw Error("{}: expected JSON, found a {}", source_, error.what());
    }
    if (!json.is_object())
        fail("", "an object", json);
    const Json kind = take(json, "concord");
    if (!kind.is_string() || std::ranges::find(kinds, kind.get<std::string>()) == kinds.end())
        fail("concord", "\"" + join(kinds, "\" or \"") + "\"", kind);
    const Json format = take(json, "format");
    if (!format.is_number_integer() || format < 1)
        fail("format", "a whole number from 1", format);
    if (format > knownFormat)
        throw Error("{}: format: expected {} or older, found {}: the document was written by a newer Concord", source_, knownFormat, format.dump());
    return json;
}

Json ExperimentReader::take(Json &object, const char *name) const
{
    const auto it = object.find(name);
    if (it == object.end())
        return nullptr;
    Json value = std::move(*it);
    object.erase(it);
    return value;
}

std::string ExperimentReader::takeText(Json &object, const char *name, const std::string &path)
{
    if (!object.contains(name))
        return {};
    const Json value = take(object, name);
    if (!value.is_string())
        fail(path + name, "a text", value);
    return value.get<std::string>();
}

double ExperimentReader::takeNumber(Json &object, const char *name, const std::string &path)
{
    if (!object.contains(name))
        return 0;
    const Json value = take(object, name);
    if (!value.is_number())
        fail(path + name, "a number", value);
    return value.get<double>();
}

Json ExperimentReader::takeObject(Json &object, const char *name, const std::string &path)
{
    if (!object.contains(name))
        return Json::object();
    Json value = take(object, name);
    if (!value.is_object())
        fail(path + name, "an object", value);
    return value;
}

ParamValue ExperimentReader::readValue(const Json &json, const std::string &path) const
{
    // Beyond 64 bits a whole number is still a number.
    const auto isWhole = [](const Json &each) {
        return each.is_number_unsigned() ? each.get<std::uint64_t>() <= std::uint64_t(INT64_MAX) : each.is_number_integer();
    };
    if (json.is_boolean())
        return json.get<bool>();
    if (isWhole(json))
        return json.get<std::int64_t>();
    if (json.is_number())
        return json.get<double>();
    if (json.is_string())
        return json.get<std::string>();
    if (json.is_array() && std::ranges::all_of(json, isWhole))
        return json.get<std::vector<std::int64_t>>();
    if (json.is_array() && std::ranges::all_of(json, [](const Json &each) { return each.is_string(); }))
        return json.get<std::vector<std::string>>();
    fail(path, "true, false, a number, a text, a list of whole numbers or a list of texts", json);
}

ParamMap ExperimentReader::readParamMap(const Json &json, const std::string &path) const
{
    ParamMap params;
    for (const auto &[name, value] : json.items())
        params[name] = readValue(value, path + "." + name);
    return params;
}

Node ExperimentReader::readNode(Json json, const std::string &path)
{
    if (!json.is_object())
        fail(path, "an object", json);
    const std::string inside = path + ".";
    for (const char *name : {"id", "type"})
        if (!json.contains(name))
            fail(path, fmt::format("a member '{}'", name), json);
    Node node{.id = takeText(json, "id", inside), .type = takeText(json, "type", inside)};
    node.title = takeText(json, "title", inside);
    node.frame = takeText(json, "frame", inside);
    node.x = takeNumber(json, "x", inside);
    node.y = takeNumber(json, "y", inside);
    node.params = readParamMap(takeObject(json, "params", inside), inside + "params");
    node.unknown = unknownText(json);
    return node;
}

PortRef ExperimentReader::readPort(std::string_view text, const Json &edge, const std::string &path, const std::set<std::string> &ids) const
{
    // Ports may have dots ("label.depth") and ids of hand-written files too: the first dot behind a known id counts.
    std::size_t dot = text.find('.');
    for (std::size_t each = dot; each != std::string_view::npos; each = text.find('.', each + 1))
        if (ids.contains(std::string(text.substr(0, each)))) {
            dot = each;
            break;
        }
    if (dot == std::string_view::npos)
        fail(path, "\"node.output -> node.input\"", edge);
    return {std::string(text.substr(0, dot)), std::string(text.substr(dot + 1))};
}

Edge ExperimentReader::readEdge(const Json &json, const std::string &path, const std::set<std::string> &ids) const
{
    static constexpr std::string_view arrow = " -> ";
    const std::string text = json.is_string() ? json.get<std::string>() : "";
    const std::size_t middle = text.find(arrow);
    if (middle == std::string::npos)
        fail(path, "\"node.output -> node.input\"", json);
    const std::string_view view = text;
    return {readPort(view.substr(0, middle), json, path, ids), readPort(view.substr(middle + arrow.size()), json, path, ids)};
}

TaskGraph ExperimentReader::readGraph(Json &json, const std::string &path)
{
    TaskGraph graph;
    std::set<std::string> ids;
    for (const char *name : {"nodes", "edges"}) {
        const bool nodes = name == std::string_view("nodes");
        if (!json.contains(name))
            continue;
        const Json list = take(json, name);
        if (!list.is_array())
            fail(path + name, "a list", list);
        for (std::size_t i = 0; i < list.size(); ++i) {
            const std::string element = fmt::format("{}{}[{}]", path, name, i);
            if (nodes) {
                graph.nodes.push_back(readNode(list[i], element));
                ids.insert(graph.nodes.back().id);
            } else {
                graph.edges.push_back(readEdge(list[i], element, ids));
            }
        }
    }
    if (json.contains("collapsed")) {
        const Json list = take(json, "collapsed");
        if (!list.is_array() || !std::ranges::all_of(list, [](const Json &each) { return each.is_string(); }))
            fail(path + "collapsed", "a list of texts", list);
        graph.collapsed = list.get<std::set<std::string>>();
    }
    return graph;
}

void ExperimentReader::readNamed(Json &plan, const char *name, std::string &id, ParamMap &params, const std::string &path)
{
    if (!plan.contains(name))
        return;
    Json value = take(plan, name);
    const std::string member = path + name;
    if (value.is_string()) {
        id = value.get<std::string>();
        return;
    }
    if (!value.is_object() || !value.contains("id"))
        fail(member, "a text, or an object with a member 'id'", value);
    id = takeText(value, "id", member + ".");
    params = readParamMap(value, member);
}

Plan ExperimentReader::readPlan(Json &json, const std::string &path)
{
    Plan plan;
    readNamed(json, "optimiser", plan.optimiser, plan.optimiserParams, path);
    readNamed(json, "schedule", plan.schedule, plan.scheduleParams, path);
    ParamMap values;
    for (const ParamSpec &spec : listParams(plan))
        if (json.contains(spec.name))
            values[spec.name] = readValue(take(json, spec.name.c_str()), path + spec.name);
    for (const ParamProblem &problem : readParams(plan, values))
        throw Error("{}: {}{}: {}", source_, path, problem.name, problem.message);
    return plan;
}

/// Leaves an empty object out, so that "nothing unknown" has one form.
void keepUnknown(Json &document, const char *name, Json &&rest)
{
    if (!rest.empty())
        document[name] = std::move(rest);
}

} // namespace

Experiment experimentFromJson(const std::string &text, const std::string &sourceName)
{
    ExperimentReader reader(sourceName);
    Json json = reader.parse(text, {"experiment"});
    Experiment experiment;
    experiment.name = reader.takeText(json, "name", "");
    experiment.description = reader.takeText(json, "description", "");
    Json graph = reader.takeObject(json, "graph", "");
    experiment.graph = reader.readGraph(graph, "graph.");
    Json plan = reader.takeObject(json, "plan", "");
    experiment.plan = reader.readPlan(plan, "plan.");
    keepUnknown(json, "graph", std::move(graph));
    keepUnknown(json, "plan", std::move(plan));
    experiment.unknown = ExperimentReader::unknownText(json);
    return experiment;
}

TaskGraph graphFromJson(const std::string &text)
{
    ExperimentReader reader("pasted graph");
    Json json = reader.parse(text, {"graph", "experiment"});
    if (json.contains("graph"))
        json = reader.takeObject(json, "graph", "");
    return reader.readGraph(json, "");
}

Experiment loadExperiment(const std::filesystem::path &file)
{
    return experimentFromJson(readFile(file), file.string());
}

} // namespace concord
