// A method that follows preferences, once for each of a grid of preference vectors.
#include "core/balance/method.h"
#include "core/graph/node_block.h"
#include "core/session/sweep.h"

namespace concord {

class PreferenceSweep : public Procedure
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("method", method_, {.help = "The balance method, one that follows preferences; its other parameters are the graph's where that uses the same method", .choices = followers()});
        grid_.params(visitor);
    }

    std::string effort(std::size_t tasks) const override { return grid_.effort(tasks); }

    void run(ProcedureContext &context) override
    {
        sweep(context, grid_, [this](Node &balance, const std::vector<double> &weights) {
            std::vector<std::string> texts;
            for (const double weight : weights)
                texts.push_back(fmt::format("{:.6g}", weight));
            setNodeParam(balance, "method", method_);
            setNodeParam(balance, "preference", texts);
        });
    }

private:
    static std::vector<std::string> followers()
    {
        std::vector<std::string> ids;
        for (const auto &[id, entry] : BalanceRegistry::instance().entries())
            if (entry.make()->usesPreference())
                ids.push_back(id);
        return ids;
    }

    std::string method_ = "epo";
    SweepGrid grid_;
};

static const Register<Procedure, PreferenceSweep> registeredPreferenceSweep{Card{
    .id = "preference_sweep",
    .title = "Preference sweep",
    .category = "Pareto sets",
    .summary = "Trains a method that follows preferences once for each of a grid of preference vectors.",
    .paper = {},
    .claims = {},
    .fidelity = "exact",
}};

} // namespace concord
