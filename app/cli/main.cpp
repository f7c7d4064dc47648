#include "app/cli/command.h"
#include "app/startup.h"

#include <fmt/core.h>

#include <algorithm>
#include <map>

namespace {

constexpr int userError = 1;
constexpr int wrongUsage = 2;

/// One line, whatever a library's message looked like; LibTorch's go on with a stack trace.
std::string oneLine(std::string text)
{
    text.resize(std::min(text.size(), text.find("\nException raised from")));
    for (char &c : text)
        if (c == '\n' || c == '\r')
            c = ' ';
    return text;
}

} // namespace

int main(int argc, char **argv)
{
    using namespace concord;
    ensurePassiveWaiting(argv);

    CLI::App app("Concord: multi-task deep learning without a window.", "concord-cli");
    app.require_subcommand(1);
    app.set_version_flag("--version", "concord-cli 0.1.0");
    std::map<const CLI::App *, std::unique_ptr<Command>> commands;
    bool json = false;
    for (const auto &[id, entry] : Registry<Command>::instance().entries()) {
        CLI::App *sub = app.add_subcommand(id, entry.card.summary);
        std::unique_ptr<Command> command = entry.make();
        command->options(*sub);
        sub->add_flag("--json", json, "print one JSON document");
        commands[sub] = std::move(command);
    }
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success &help) {
        return app.exit(help);
    } catch (const CLI::ParseError &error) {
        fmt::print(stderr, "error: {}; see concord-cli {}--help\n", oneLine(error.what()), app.get_subcommands().empty() ? "" : app.get_subcommands().front()->get_name() + " ");
        return wrongUsage;
    }
    try {
        return commands.at(app.get_subcommands().front())->run(json);
    } catch (const std::exception &error) {
        fmt::print(stderr, "error: {}\n", oneLine(error.what()));
        return userError;
    }
}
