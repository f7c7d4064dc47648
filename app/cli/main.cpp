#include "app/cli/command.h"
#include "app/startup.h"

#include <fmt/core.h>

#include <map>

namespace {

constexpr int userError = 1;
constexpr int wrongUsage = 2;

/// One line, whatever a library's message looked like.
std::string oneLine(std::string text)
{
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
    } catch (const CLI::CallForHelp &help) {
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
