#include "core/schedule/schedule.h"

#include <cmath>
#include <numbers>

namespace concord {

namespace {

/// Half a cosine from 1 to the floor: Loshchilov and Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017,
/// eq. 5 without restarts.
class CosineSchedule : public Schedule
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("floor", floor_, {.help = "Share of the learning rate left at the end of the run", .min = 0, .max = 1});
    }

    double factor(std::int64_t step, std::int64_t totalSteps) const override
    {
        return floor_ + (1 - floor_) * (1 + std::cos(std::numbers::pi * runShare(step, totalSteps))) / 2;
    }

private:
    double floor_ = 0;
};

} // namespace

static const Register<Schedule, CosineSchedule> registeredCosineSchedule{Card{
    .id = "cosine",
    .title = "Cosine",
    .category = "Schedules",
    .summary = "The learning rate falls along half a cosine to a floor at the end of the run.",
    .paper = "Loshchilov and Hutter, ICLR 2017",
}};

} // namespace concord
