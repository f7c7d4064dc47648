#include "core/model/dense_head.h"

namespace concord {

namespace {

class EdgesHead : public DenseHead
{
protected:
    std::int64_t channels() const override { return 1; }
};

const Register<Block, EdgesHead> registeredEdgesHead{Card{.id = "edges_head", .title = "Edges head", .category = "Heads", .summary = "A 1×1 convolution to one edge score (logit) per pixel."}};

} // namespace

} // namespace concord
