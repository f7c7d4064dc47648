#include "app/cli/command.h"

#include "core/session/session.h"

#include <fmt/core.h>
#include <nlohmann/json.hpp>

namespace concord {

/// The registered things of one family.
class ListCommand : public Command
{
public:
    void options(CLI::App &app) override
    {
        app.add_option("FAMILY", family_, "blocks, balance, losses, metrics, schedules, optimisers, formats, recipes or exporters")->required();
    }

    int run(bool json) override
    {
        nlohmann::json list = nlohmann::json::array();
        for (const Card &card : listCards(family_)) {
            list.push_back({{"id", card.id}, {"title", card.title}, {"category", card.category}, {"summary", card.summary}, {"paper", card.paper}, {"claims", card.claims}, {"fidelity", card.fidelity}});
            if (!json)
                fmt::print("{:<20} {}{}\n", card.id, card.summary, card.paper.empty() ? "" : " (" + card.paper + ")");
        }
        if (json)
            fmt::print("{}\n", list.dump(2));
        return 0;
    }

private:
    std::string family_;
};

static const Register<Command, ListCommand> registeredList{{.id = "list", .summary = "what can be used: blocks, balance methods, losses …"}};

} // namespace concord
