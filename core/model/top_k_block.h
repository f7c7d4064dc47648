#pragma once

#include "core/model/gate_block.h"
#include "core/model/top_k_gate.h"

namespace concord {

/// Gates of which the k largest count for a sample. A block says which `TopKGateOptions` its settings come to.
class TopKBlock : public GateBlock
{
public:
    std::string summary() const override { return fmt::format("{} of {} experts", k_, experts()); }

protected:
    virtual TopKGateOptions options(std::int64_t in) const = 0;

    void chosenParam(ParamVisitor &visitor)
    {
        expertsParam(visitor);
        visitor("k", k_, {.help = "Number of experts that count for each sample", .min = 1, .max = 256});
    }

    std::int64_t chosen() const { return k_; }

    Cost gateCost(std::int64_t in, std::int64_t tasks) const override
    {
        return {.parameters = TopKGate::parameterCount(tasks, options(in)), .macs = tasks * in * experts()};
    }

    std::unique_ptr<ExpertGate> makeGate(Layer &owner, std::int64_t in, std::size_t tasks) const override
    {
        return std::make_unique<TopKGate>(owner, tasks, options(in));
    }

    void check() const override { checkChosen(k_); }

private:
    std::int64_t k_ = 2;
};

} // namespace concord
