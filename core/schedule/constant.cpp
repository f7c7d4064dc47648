#include "core/schedule/schedule.h"

namespace concord {

namespace {

class ConstantSchedule : public Schedule
{
public:
    double factor(std::int64_t, std::int64_t) const override { return 1; }
};

} // namespace

static const Register<Schedule, ConstantSchedule> registeredConstantSchedule{Card{
    .id = "constant",
    .title = "Constant",
    .category = "Schedules",
    .summary = "The learning rate stays as it is.",
}};

} // namespace concord
