#include "core/graph/tensor_type.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <algorithm>
#include <functional>
#include <numeric>

namespace concord {

namespace {

const std::vector<std::string> portNames = {"image", "features", "tokens", "vector", "prediction", "label", "loss"};
const std::vector<std::string> kindNames = {"segmentation", "depth", "normals", "edges", "saliency", "classification", "multilabel", "regression", "boxes"};

std::size_t indexOf(const std::vector<std::string> &names, const std::string &name, const char *what)
{
    const auto it = std::ranges::find(names, name);
    if (it == names.end())
        throw Error("unknown {} '{}'{}; expected one of: {}", what, name, didYouMean(name, names), join(names, ", "));
    return std::size_t(it - names.begin());
}

} // namespace

const char *name(PortType type)
{
    return portNames[std::size_t(type)].c_str();
}

const char *name(TaskKind kind)
{
    return kindNames[std::size_t(kind)].c_str();
}

PortType portType(const std::string &name)
{
    return PortType(indexOf(portNames, name, "port type"));
}

TaskKind taskKind(const std::string &name)
{
    return TaskKind(indexOf(kindNames, name, "task kind"));
}

bool fits(PortType from, PortType to)
{
    return from == to || (to == PortType::features && (from == PortType::image || from == PortType::prediction))
        || (to == PortType::vector && from == PortType::prediction);
}

const char *typeWords(PortType type)
{
    static constexpr const char *words[] = {"an image", "features", "tokens", "a vector", "a prediction", "a label", "a loss"};
    return words[std::size_t(type)];
}

std::string acceptedTypes(PortType input)
{
    std::vector<std::string> words = {typeWords(input)};
    for (std::size_t i = 0; i < portNames.size(); ++i)
        if (PortType(i) != input && fits(PortType(i), input))
            words.emplace_back(typeWords(PortType(i)));
    const std::string last = words.back();
    words.pop_back();
    return words.empty() ? last : join(words, ", ") + " or " + last;
}

std::int64_t elementCount(const Shape &shape)
{
    return std::accumulate(shape.begin(), shape.end(), std::int64_t(1), std::multiplies<>());
}

} // namespace concord
