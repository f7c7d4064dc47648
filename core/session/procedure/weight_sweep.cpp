// Static weights over a grid of the simplex: what plain scalarisation reaches, the yardstick for every other front.
#include "core/graph/node_block.h"
#include "core/session/sweep.h"

namespace concord {

class WeightSweep : public Procedure
{
public:
    void params(ParamVisitor &visitor) override { grid_.params(visitor); }

    std::string effort(std::size_t tasks) const override { return grid_.effort(tasks); }

    void run(ProcedureContext &context) override
    {
        sweep(context, grid_, [](Node &balance, const std::vector<double> &weights) {
            // Their mean is one, so that the middle of the grid is the plain sum of losses with the same learning rate.
            std::vector<std::string> texts;
            for (const double weight : weights)
                texts.push_back(fmt::format("{:.6g}", weight * double(weights.size())));
            setNodeParam(balance, "method", std::string("constant"));
            setNodeParam(balance, "weights", texts);
        });
    }

private:
    SweepGrid grid_;
};

static const Register<Procedure, WeightSweep> registeredWeightSweep{Card{
    .id = "weight_sweep",
    .title = "Weight sweep",
    .category = "Pareto sets",
    .summary = "Trains once for each of a grid of fixed loss weights; on a front that is not convex it misses the parts that bend in.",
    .paper = {},
    .claims = {},
    .fidelity = "exact",
}};

} // namespace concord
