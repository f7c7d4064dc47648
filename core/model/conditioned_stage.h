#pragma once

#include "core/model/conditioned_layer.h"
#include "core/model/feature_cost.h"

namespace concord {

/// A block whose layer is a ConditionedLayer: columns "in.t" to "out.t", of one shape, through one stage.
class ConditionedStage : public Block
{
public:
    std::vector<Port> inputs() const override { return {Port{.id = "in", .type = portType(type_), .repeats = true}}; }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = portType(type_), .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override;
    std::string summary() const override;

protected:
    explicit ConditionedStage(std::string kind)
        : kind_(std::move(kind))
    {
    }

    /// Parameters, and multiply-adds of one sample, for all tasks together.
    struct Cost
    {
        std::int64_t parameters = 0;
        std::int64_t macs = 0;
    };

    /// Of a convolution with all that belongs to it, on `pixels` pixels of its output.
    virtual Cost mapCost(const ConvOptions &conv, std::int64_t pixels, std::int64_t tasks) const = 0;
    /// Of what lies at the end of each unit.
    virtual Cost unitCost(std::int64_t /*channels*/, std::int64_t /*tasks*/) const { return {}; }
    /// Throws Error where settings and tasks do not go together.
    virtual void check(std::int64_t /*tasks*/) const {}

    void sizeParams(ParamVisitor &visitor);                                         ///< "channels", "blocks", "stride"
    void kindParam(ParamVisitor &visitor, const std::vector<std::string> &choices); ///< "kind"
    void typeParam(ParamVisitor &visitor);                                          ///< "type", for blocks that take vectors too

    bool areMaps() const { return type_ != "vector"; }
    std::int64_t channels() const { return channels_; }
    std::vector<StageUnit> units(const Shape &in) const;

    static std::int64_t weightCount(const ConvOptions &conv) { return conv.in * conv.out * conv.kernel * conv.kernel; }

private:
    std::int64_t channels_ = 64;
    std::int64_t blocks_ = 2;
    std::int64_t stride_ = 1;
    std::string kind_;
    std::string type_ = "features";
};

} // namespace concord
