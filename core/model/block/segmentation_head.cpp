#include "core/model/dense_head.h"

namespace concord {

namespace {

class SegmentationHead : public DenseHead
{
public:
    void params(ParamVisitor &visitor) override { visitor("classes", classes_, {.help = "Number of classes", .min = 1, .max = 65536}); }
    std::string summary() const override { return fmt::format("{} classes", classes_); }

protected:
    std::int64_t channels() const override { return classes_; }

private:
    std::int64_t classes_ = 8;
};

const Register<Block, SegmentationHead> registeredSegmentationHead{Card{.id = "segmentation_head", .title = "Segmentation head", .category = "Heads", .summary = "A 1×1 convolution to one score per class and pixel."}};

} // namespace

} // namespace concord
