#include "core/graph/block.h"

#include "core/base/text.h"

namespace concord {

const TensorType &requireInput(const PortTypes &inputs, const std::string &port)
{
    const auto it = inputs.find(port);
    if (it == inputs.end())
        throw Error("input '{}' expected a link, found none", port);
    return it->second;
}

const Shape &requireShape(const PortTypes &inputs, const std::string &port, std::size_t rank)
{
    static constexpr const char *forms[] = {"[]", "[features]", "[length, features]", "[channels, height, width]"};
    const Shape &shape = requireInput(inputs, port).shape;
    if (shape.size() != rank)
        throw Error("input '{}' expected a shape {}, found {}", port, forms[std::min<std::size_t>(rank, 3)], shape.empty() ? "a single value" : shapeText(shape));
    return shape;
}

} // namespace concord
