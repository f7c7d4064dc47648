#pragma once

#include "core/graph/block.h"

namespace concord {

/// Several losses of one task as one: the first on its final prediction, the others on earlier ones (deep supervision).
class LossSum : public Block
{
public:
    void params(ParamVisitor &visitor) override;
    std::vector<Port> inputs() const override;
    std::vector<Port> outputs() const override;
    Inference infer(const PortTypes &inputs, int repeats) const override;
    std::string summary() const override;

    /// What each loss behind the first counts.
    double earlyWeight() const { return earlyWeight_; }

private:
    double earlyWeight_ = 1;
};

} // namespace concord
