#pragma once

#include "core/balance/method.h"
#include "core/graph/block.h"

namespace concord {

/// The balance node: input "loss" (repeats), parameter `method`, then the chosen method's own parameters, then the engine's options.
class BalanceBlock : public Block
{
public:
    std::string method = "equal";
    std::string heads = "paper";     ///< paper · weighted · unweighted
    std::string scale = "method";    ///< method · mean · sum: factor on the shared update
    std::string granularity = "all"; ///< all · block
    std::int64_t every = 1;          ///< recompute weights every n steps
    double clip = 0;                 ///< longest shared update; 0: any length

    void params(ParamVisitor &visitor) override;
    std::vector<Port> inputs() const override;
    std::vector<Port> outputs() const override { return {}; }
    Inference infer(const PortTypes &inputs, int repeats) const override;
    std::string summary() const override;

    /// The configured method; throws Error for an unknown id.
    std::unique_ptr<BalanceMethod> makeMethod() const;

private:
    ParamMap methodParams_;
};

} // namespace concord
