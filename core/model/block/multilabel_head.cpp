#include "core/model/linear_head.h"

namespace concord {

namespace {

class MultilabelHead : public LinearHead
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("classes", classes_, {.help = "Number of labels", .min = 1, .max = 65536});
        weightsParams(visitor, "multilabel_head");
    }
    std::string summary() const override { return fmt::format("{} classes", classes_); }

protected:
    std::int64_t width() const override { return classes_; }

private:
    std::int64_t classes_ = 1;
};

const Register<Block, MultilabelHead> registeredMultilabelHead{Card{.id = "multilabel_head", .title = "Multi-label head", .category = "Heads", .summary = "A linear map to one yes-or-no score (logit) per label."}};

} // namespace

} // namespace concord
