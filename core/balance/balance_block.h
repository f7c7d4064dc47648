#pragma once

#include "core/balance/method.h"
#include "core/graph/block.h"

namespace concord {

/// The balance node: input "loss" (repeats), parameter `method`, then the chosen method's own parameters, then the engine's options.
class BalanceBlock : public Block
{
public:
    std::string method = "equal";
    std::string preset = "paper";            ///< paper · one of the method's presets
    std::string source = "method";           ///< method · parameters · last shared · features
    std::vector<std::string> cut;            ///< nodes for `source`; empty: the last shared ones
    std::string heads = "paper";             ///< paper · weighted · unweighted
    std::string scale = "method";            ///< method · mean · sum: factor on the shared update
    std::string granularity = "all";         ///< all · block · tensor
    std::vector<std::string> preference;     ///< one number per task; empty: all alike
    std::int64_t every = 1;                  ///< recompute weights every n steps
    double smoothing = 0;                    ///< share of the last weights in the new ones (CR-MOGM)
    double clip = 0;                         ///< longest shared update; 0: any length

    void params(ParamVisitor &visitor) override;
    std::vector<Port> inputs() const override;
    std::vector<Port> outputs() const override { return {}; }
    Inference infer(const PortTypes &inputs, int repeats) const override;
    std::string refusal(const TaskGraph &graph, const Analysis &analysis) const override;
    std::string summary() const override;

    /// The configured method; throws Error for an unknown id.
    std::unique_ptr<BalanceMethod> makeMethod() const;

    /// What the option `source` comes to with this method.
    GradientSource gradientSource(const BalanceMethod &method) const;

    /// [tasks], sums to 1; empty when none is set. Throws Error for a wrong count, or a number that is not positive.
    std::vector<double> preferences(int tasks) const;

private:
    void applyPreset();
    void refuseIllegal(const BalanceMethod &method, int tasks) const;

    ParamMap methodParams_;
    std::string applied_ = "paper"; ///< preset whose values were taken over
};

} // namespace concord
