#pragma once

#include "core/base/error.h"

#include <cstdint>
#include <exception>
#include <string>

namespace concord {

/// A failure whose sentence already names the step.
class StepFailure : public Error
{
  public:
    using Error::Error;
};

/// Where a run was when something was thrown.
struct FailurePlace
{
    std::int64_t step = 0; ///< the one being made; 0 while preparing
    std::int64_t batch = 0;
    std::string device = {};
};

/// What happened, at which step, and what to do about it, in one sentence for people.
std::string failureSentence(std::exception_ptr thrown, const FailurePlace &place);

} // namespace concord
