#include "tests/core/layers/layer_rules.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>

namespace concord::test {

namespace {

const std::vector<std::string> coreRooms = {"base",    "graph",    "tensor", "store", "data",     "objective", "model",
                                            "balance", "schedule", "probe",  "train", "exporter", "session"};

/// Rooms of one level do not see each other.
const std::map<std::string, int> uiLevels = {{"model", 0}, {"job", 1}, {"widget", 2}, {"graph", 3}, {"plot", 3}, {"image", 3}, {"panel", 4}, {"window", 5}};

const std::vector<std::string> torchFreeRooms = {"core/base/", "core/graph/", "core/store/", "core/data/", "ui/"};
const std::vector<std::string> coreForUi = {"core/base/", "core/graph/", "core/store/", "core/data/dataset.h", "core/session/"};

bool startsWithAny(const std::string &text, const std::vector<std::string> &starts)
{
    return std::ranges::any_of(starts, [&](const std::string &start) { return text.starts_with(start); });
}

std::string roomOf(const std::string &path)
{
    const std::size_t first = path.find('/');
    return first == std::string::npos ? "" : path.substr(first + 1, path.find('/', first + 1) - first - 1);
}

bool isTorch(const std::string &include)
{
    return startsWithAny(include, {"torch/", "ATen/", "c10/", "caffe2/"});
}

bool isQt(const std::string &include)
{
    return include.size() > 1 && include[0] == 'Q' && (std::isupper(static_cast<unsigned char>(include[1])) || include.starts_with("Qt"));
}

bool isHeader(const std::string &path)
{
    return path.ends_with(".h");
}

} // namespace

LayerRules::Files LayerRules::readTree(const std::filesystem::path &root, const std::vector<std::string> &folders)
{
    Files files;
    for (const std::string &folder : folders)
        for (const auto &entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            const std::string extension = entry.path().extension().string();
            if (!entry.is_regular_file() || (extension != ".h" && extension != ".cpp"))
                continue;
            std::ostringstream text;
            text << std::ifstream(entry.path()).rdbuf();
            files[entry.path().lexically_relative(root).generic_string()] = text.str();
        }
    return files;
}

std::vector<std::string> LayerRules::includesOf(const std::string &text)
{
    static const std::regex pattern("(?:^|\n)[ \t]*#[ \t]*include[ \t]*[<\"]([^>\"]+)[>\"]");
    std::vector<std::string> includes;
    for (std::sregex_iterator it(text.begin(), text.end(), pattern), end; it != end; ++it)
        includes.push_back((*it)[1]);
    return includes;
}

std::string LayerRules::includeFault(const std::string &file, const std::string &include) const
{
    if (include == "torch/torch.h" || include.starts_with("torch/nn"))
        return "torch/torch.h and torch/nn are included nowhere";
    const bool fromCore = file.starts_with("core/");
    const bool fromUi = file.starts_with("ui/");
    if (fromCore && isQt(include))
        return "core has no Qt";
    if (fromCore && startsWithAny(include, {"ui/", "app/", "tests/"}))
        return "core includes only core";
    if (fromUi && startsWithAny(include, {"app/", "tests/"}))
        return "ui includes only ui and core";
    if (fromCore && include.starts_with("core/")) {
        const auto from = std::ranges::find(coreRooms, roomOf(file));
        const auto to = std::ranges::find(coreRooms, roomOf(include));
        if (from == coreRooms.end() || to == coreRooms.end())
            return "expected a known room";
        if (to > from)
            return fmt::format("room {} comes before {}", *from, *to);
    }
    if (fromUi && include.starts_with("core/") && !startsWithAny(include, coreForUi))
        return "ui sees base, graph, store, data/dataset.h and session of core only";
    if (fromUi && include.starts_with("ui/")) {
        const auto from = uiLevels.find(roomOf(file));
        const auto to = uiLevels.find(roomOf(include));
        if (from == uiLevels.end() || to == uiLevels.end())
            return "expected a known room";
        if (from->first != to->first && to->second >= from->second)
            return fmt::format("room {} does not include {}", from->first, to->first);
    }
    return {};
}

std::string LayerRules::reachedTorch(const std::string &file) const
{
    std::set<std::string> seen = {file};
    std::vector<std::pair<std::string, std::string>> open = {{file, file}};
    while (!open.empty()) {
        const auto [path, chain] = open.back();
        open.pop_back();
        const auto it = files_.find(path);
        if (it == files_.end())
            continue;
        for (const std::string &include : includesOf(it->second)) {
            if (isTorch(include))
                return chain + " → " + include;
            if (seen.insert(include).second)
                open.emplace_back(include, chain + " → " + include);
        }
    }
    return {};
}

std::vector<std::string> LayerRules::includeFaults() const
{
    std::vector<std::string> faults;
    for (const auto &[path, text] : files_) {
        for (const std::string &include : includesOf(text))
            if (const std::string fault = includeFault(path, include); !fault.empty())
                faults.push_back(fmt::format("{}: includes {}: {}", path, include, fault));
        if (startsWithAny(path, torchFreeRooms))
            if (const std::string chain = reachedTorch(path); !chain.empty())
                faults.push_back(fmt::format("{}: expected no torch, found {}", path, chain));
    }
    return faults;
}

std::vector<std::string> LayerRules::shapeFaults() const
{
    std::vector<std::string> faults;
    for (const auto &[path, text] : files_) {
        if (const auto lines = std::ranges::count(text, '\n'); lines > 400)
            faults.push_back(fmt::format("{}: expected at most 400 lines, found {}", path, lines));
        if (isHeader(path) && text.find("#pragma once\n") == std::string::npos)
            faults.push_back(fmt::format("{}: expected #pragma once, found none", path));
    }
    return faults;
}

std::vector<std::string> LayerRules::registryFaults() const
{
    static const std::regex comment("//[^\n]*");
    static const std::regex object("\\bRegister<[^;{(]*>\\s+\\w+\\s*[{(]");
    static const std::regex id("\\.id\\s*=\\s*\"([^\"]*)\"");
    std::vector<std::string> faults;
    for (const auto &[path, text] : files_) {
        const std::string stem = std::filesystem::path(path).stem().string();
        const std::string code = std::regex_replace(text, comment, "");
        std::vector<std::string> ids;
        for (std::sregex_iterator it(code.begin(), code.end(), object), end; it != end; ++it) {
            const std::string rest = it->suffix();
            const std::string card = rest.substr(0, rest.find(';'));
            std::smatch match;
            ids.push_back(std::regex_search(card, match, id) ? match[1].str() : "");
        }
        // Commands that belong together ("train", "resume") share a file, which then has the name of one of them.
        if (path.starts_with("app/") && std::ranges::find(ids, stem) != ids.end())
            continue;
        for (const std::string &found : ids)
            if (found != stem)
                faults.push_back(fmt::format("{}: expected a card with id '{}', found '{}'", path, stem, found));
    }
    return faults;
}

} // namespace concord::test
