#include "core/session/recipe_plan.h"

#include <fmt/format.h>

namespace concord {

void fallPolynomially(Plan &plan)
{
    plan.schedule = "polynomial";
    plan.scheduleParams = {{"power", 0.9}};
}

void stepBySgd(Plan &plan, double rate, double weightDecay)
{
    plan.optimiser = "sgd";
    plan.optimiserParams = {{"lr", rate}, {"momentum", 0.9}, {"weight_decay", weightDecay}};
}

void setRate(Plan &plan, const std::string &node, double factor)
{
    if (factor != 1)
        plan.rates.push_back(fmt::format("{}={}", node, factor));
}

} // namespace concord
