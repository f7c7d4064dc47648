#include "core/model/linear_head.h"

namespace concord {

namespace {

class ClassificationHead : public LinearHead
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("classes", classes_, {.help = "Number of classes", .min = 1, .max = 65536});
        weightsParams(visitor, "classification_head");
    }
    std::string summary() const override { return fmt::format("{} classes", classes_); }

protected:
    std::int64_t width() const override { return classes_; }

private:
    std::int64_t classes_ = 10;
};

const Register<Block, ClassificationHead> registeredClassificationHead{Card{.id = "classification_head", .title = "Classification head", .category = "Heads", .summary = "A linear map to one score per class."}};

} // namespace

} // namespace concord
