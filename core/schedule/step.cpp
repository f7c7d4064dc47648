#include "core/schedule/schedule.h"

#include <cmath>

namespace concord {

namespace {

class StepSchedule : public Schedule
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("every", every_, {.help = "Steps between two drops; 0 divides the run into equal parts", .unit = "steps", .min = 0});
        visitor("parts", parts_, {.help = "Equal parts of the run when no number of steps is given; a drop between two", .min = 1, .max = 1000});
        visitor("gamma", gamma_, {.help = "Factor on the learning rate at each drop", .min = 0, .max = 1});
    }

    double factor(std::int64_t step, std::int64_t totalSteps) const override
    {
        const std::int64_t every = every_ > 0 ? every_ : (totalSteps + parts_ - 1) / parts_;
        return every > 0 ? std::pow(gamma_, double(step / every)) : 1;
    }

private:
    std::int64_t every_ = 0;
    std::int64_t parts_ = 3;
    double gamma_ = 0.1;
};

} // namespace

static const Register<Schedule, StepSchedule> registeredStepSchedule{Card{
    .id = "step",
    .title = "Step",
    .category = "Schedules",
    .summary = "The learning rate is multiplied by a factor every so many steps.",
}};

} // namespace concord
