#pragma once

#include "core/model/chain_block.h"

namespace concord {

/// A 1×1 convolution from features to one prediction per pixel.
class DenseHead : public ChainBlock
{
public:
    Inference infer(const PortTypes &inputs, int repeats) const override;
    std::shared_ptr<Layer> build(const BuildSpec &spec) const override;

protected:
    DenseHead();
    virtual std::int64_t channels() const = 0;   ///< of the prediction
};

} // namespace concord
