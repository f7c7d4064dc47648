#pragma once

#include "core/model/chain_block.h"
#include "core/model/pretrained.h"

namespace concord {

/// A linear map from a vector to the predictions of a sample.
class LinearHead : public ChainBlock, public PretrainedBlock
{
public:
    Inference infer(const PortTypes &inputs, int repeats) const override;
    std::shared_ptr<Layer> build(const BuildSpec &spec) const override;

protected:
    LinearHead();
    virtual std::int64_t width() const = 0;   ///< of the prediction
};

} // namespace concord
