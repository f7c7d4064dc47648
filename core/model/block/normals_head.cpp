#include "core/model/dense_head.h"

namespace concord {

namespace {

class NormalsHead : public DenseHead
{
protected:
    std::int64_t channels() const override { return 3; }
};

const Register<Block, NormalsHead> registeredNormalsHead{Card{.id = "normals_head", .title = "Normals head", .category = "Heads", .summary = "A 1×1 convolution to the three components of the surface normal of each pixel."}};

} // namespace

} // namespace concord
