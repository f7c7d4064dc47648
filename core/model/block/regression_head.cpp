#include "core/model/linear_head.h"

namespace concord {

namespace {

class RegressionHead : public LinearHead
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("values", values_, {.help = "How many numbers", .min = 1, .max = 65536});
        weightsParams(visitor, "regression_head");
    }
    std::string summary() const override { return fmt::format("{} values", values_); }

protected:
    std::int64_t width() const override { return values_; }

private:
    std::int64_t values_ = 1;
};

const Register<Block, RegressionHead> registeredRegressionHead{Card{.id = "regression_head", .title = "Regression head", .category = "Heads", .summary = "A linear map to numbers."}};

} // namespace

} // namespace concord
