#pragma once

#include "core/model/feature_cost.h"

namespace concord {

/// A block with one input "in" and one output "out".
class ChainBlock : public Block
{
public:
    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = from_}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = to_}}; }

protected:
    explicit ChainBlock(PortType from = PortType::features, PortType to = PortType::features)
        : from_(from)
        , to_(to)
    {
    }

    static const Shape &inputShape(const BuildSpec &spec) { return spec.inputs.at("in").shape; }

private:
    PortType from_;
    PortType to_;
};

} // namespace concord
