#include "core/model/dense_head.h"

namespace concord {

namespace {

class SaliencyHead : public DenseHead
{
protected:
    std::int64_t channels() const override { return 1; }
};

const Register<Block, SaliencyHead> registeredSaliencyHead{Card{.id = "saliency_head", .title = "Saliency head", .category = "Heads", .summary = "A 1×1 convolution to one saliency score (logit) per pixel."}};

} // namespace

} // namespace concord
