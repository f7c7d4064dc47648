#include "core/schedule/schedule.h"

#include <cmath>

namespace concord {

namespace {

/// (1 − step / total)^power, the "poly" rate of Chen et al., "DeepLab", PAMI 2018, section 4.1.
class PolynomialSchedule : public Schedule
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("power", power_, {.help = "1 falls along a straight line; larger falls sooner", .min = 0, .max = 10});
    }

    double factor(std::int64_t step, std::int64_t totalSteps) const override { return std::pow(1 - runShare(step, totalSteps), power_); }

private:
    double power_ = 0.9;
};

} // namespace

static const Register<Schedule, PolynomialSchedule> registeredPolynomialSchedule{Card{
    .id = "polynomial",
    .title = "Polynomial",
    .category = "Schedules",
    .summary = "The learning rate falls to zero at the end of the run as a power of the steps left.",
    .paper = "Chen et al., PAMI 2018",
}};

} // namespace concord
