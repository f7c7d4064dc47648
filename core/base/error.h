#pragma once

#include <fmt/format.h>

#include <stdexcept>
#include <string>

namespace concord {

/// Something a user can cause: one sentence that says what was expected and what was found.
class Error : public std::runtime_error
{
public:
    explicit Error(const std::string &message)
        : std::runtime_error(message)
    {
    }

    template<class First, class... Rest>
    Error(fmt::format_string<First, Rest...> text, First &&first, Rest &&...rest)
        : std::runtime_error(fmt::format(text, std::forward<First>(first), std::forward<Rest>(rest)...))
    {
    }
};

/// Thrown by a long operation that was asked to stop; carries no message because nobody reads one.
class Cancelled : public std::exception
{
public:
    const char *what() const noexcept override { return "cancelled"; }
};

} // namespace concord
