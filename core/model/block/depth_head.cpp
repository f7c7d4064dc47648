#include "core/model/dense_head.h"

namespace concord {

namespace {

class DepthHead : public DenseHead
{
protected:
    std::int64_t channels() const override { return 1; }
};

const Register<Block, DepthHead> registeredDepthHead{Card{.id = "depth_head", .title = "Depth head", .category = "Heads", .summary = "A 1×1 convolution to one distance per pixel."}};

} // namespace

} // namespace concord
