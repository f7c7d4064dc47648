#pragma once

#include "core/base/registry.h"

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace concord {

/// One sub-command of concord-cli; one file each, which registers itself (id = its name on the command line).
class Command
{
public:
    virtual ~Command() = default;
    virtual void options(CLI::App &app) = 0;
    /// Prints to standard output: one JSON document when `json`. Throws Error for what the user caused. Returns the exit code.
    virtual int run(bool json) = 0;
};

} // namespace concord
