// RotoGrad (Javaloy & Valera, ICLR 2022, algorithm 1). Magnitudes: every task's gradient Gₖ at the shared features z gets the length
// C = Σ αₖ‖Gₖ‖, where αₖ ∝ ‖Gₖ‖ / ‖Gₖ⁰‖ is larger for tasks that have converged less. Directions: each task reads rₖ = Rₖ z (a rotation node
// before its head), and Rₖ ∈ SO(d) descends −Σₙ ⟨Rₖᵀ g̃ₙ, vₙ⟩, with g̃ its gradient at rₖ, held fixed, and v the mean of the unit
// gradients. The rotations are the slower player of the game: a step of Riemannian gradient descent with a learning rate of its own,
// R ← R exp(η ½(B − Bᵀ)) with B = Σₙ uₙ vₙᵀ. The unit gradient u stands in B, so that η does not depend on the losses' scale, which the
// authors leave to an adaptive optimiser. Each position of a feature map counts as a sample.
#include "core/balance/jacobian_aggregator.h"
#include "core/balance/saved_state.h"
#include "core/balance/task_rows.h"
#include "core/base/error.h"
#include "core/graph/analysis.h"
#include "core/model/model.h"
#include "core/model/rotation_layer.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace concord {

class RotoGrad : public JacobianAggregator
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("lr", lr_, {.help = "Learning rate of the rotations, per unit of agreement", .min = 0, .max = 10});
        visitor("magnitude", magnitude_, {.help = "Also give all tasks gradients of one length; without, tasks are only rotated"});
        visitor(
            "burnin", burnIn_,
            {.help = "Step whose gradient lengths convergence is measured against; 0 is the first", .unit = "steps", .min = 0, .max = 1e6, .advanced = true});
    }

    GradientSource source() const override { return GradientSource::features; }
    bool worksOnFeatures() const override { return true; }
    std::string summary() const override { return fmt::format("rotations learn at {:g}{}", lr_, magnitude_ ? "" : ", lengths as they are"); }

    std::vector<BalancePreset> presets() const override
    {
        return {{.name = "official code",
                 .values = {{"burnin", std::int64_t(20)}},
                 .note = "The gradient lengths to compare with are taken again at step 20, when the first quick changes are over."}};
    }

    void start(int taskCount, std::uint64_t) override
    {
        first_.assign(taskCount, 0.0);
        steps_.assign(taskCount, 0.0);
        rotations_.assign(taskCount, nullptr);
        features_.clear();
    }

    BalanceState save() const override { return {{"first", first_}, {"steps", steps_}}; }

    void load(const BalanceState &state) override
    {
        first_ = savedNumbers(state, "rotograd", "first", first_.size());
        steps_ = savedNumbers(state, "rotograd", "steps", steps_.size());
    }

    std::string refusal(const TaskGraph &graph, const Analysis &analysis) const override
    {
        for (std::size_t task = 0; task < analysis.tasks.size(); ++task) {
            const auto turnsFor = [&](const Node &node) { return node.type == "rotation" && analysis.nodes.at(node.id).tasks == std::vector<int>{int(task)}; };
            if (std::ranges::none_of(graph.nodes, turnsFor))
                return missingRotation(analysis.tasks[task].info.name);
        }
        return {};
    }

    /// The rotations themselves are buffers of the model, and so part of its checkpoint.
    void attach(Model &model) override
    {
        for (const ModelNode &node : model.nodes())
            if (node.tasks.size() == 1 && !rotations_.at(node.tasks.front()))
                rotations_[node.tasks.front()] = std::dynamic_pointer_cast<RotationLayer>(node.layer);
        for (std::size_t task = 0; task < rotations_.size(); ++task)
            if (!rotations_[task])
                throw Error("{}", missingRotation(model.tasks()[task].info.name));
    }

    void seeFeatures(const at::Tensor &features) override { features_ = features.sizes().vec(); }

    Aggregation aggregate(const at::Tensor &jacobian, const BalanceInput &input) override
    {
        const at::NoGradGuard noGrad;
        // Entries are brought near 1 first: squares of very small or large ones would leave float's range.
        const double largest = jacobian.abs().max().item<double>();
        const std::vector<double> lengths = rowLengths(largest > 0 ? jacobian / largest : jacobian);
        std::vector<double> units;
        for (const double length : lengths)
            units.push_back(length > 0 ? 1 / (length * largest) : 0.0);
        if (!features_.empty())
            rotate(jacobian, units, input.tasks);
        Aggregation result;
        const double common = largest * commonLength(lengths, largest, input.tasks);
        for (const double unit : units)
            result.weights.push_back(magnitude_ ? common * unit : 1.0);
        result.direction = weightedRows(jacobian, result.weights);
        return result;
    }

private:
    static std::string missingRotation(const std::string &task)
    {
        return fmt::format("rotograd: expected a rotation node between the shared features and the head of task '{}', found none", task);
    }

    /// In units of `largest`.
    double commonLength(const std::vector<double> &lengths, double largest, std::span<const int> tasks)
    {
        double sum = 0;
        double weighted = 0;
        for (std::size_t k = 0; k < tasks.size(); ++k) {
            double &first = first_[tasks[k]];
            if (!(first > 0) || steps_[tasks[k]] == double(burnIn_))
                first = lengths[k] * largest;
            steps_[tasks[k]] += 1;
            const double ratio = first > 0 ? lengths[k] * largest / first : 0;
            sum += ratio;
            weighted += ratio * lengths[k];
        }
        return sum > 0 ? weighted / sum : 0;
    }

    void rotate(const at::Tensor &jacobian, const std::vector<double> &units, std::span<const int> tasks)
    {
        std::int64_t numel = 1;
        for (const std::int64_t size : features_)
            numel *= size;
        if (numel != jacobian.size(1))
            throw Error("rotograd: expected gradients of one block's {} features, found {}; name one block in 'cut'", numel, jacobian.size(1));
        const std::int64_t channels = features_.at(1);
        // [tasks, samples · positions, channels]
        const at::Tensor unit = (jacobian * taskColumn(units, jacobian))
                                    .view({jacobian.size(0), features_[0], channels, -1})
                                    .transpose(2, 3)
                                    .reshape({jacobian.size(0), -1, channels});
        const at::Tensor common = unit.mean(0);
        for (std::size_t k = 0; k < tasks.size(); ++k) {
            const std::shared_ptr<RotationLayer> &layer = rotations_[tasks[k]];
            if (!layer || units[k] == 0)
                continue;
            at::Tensor &matrix = layer->matrix();
            if (matrix.size(0) != channels)
                throw Error("rotograd: expected rotations of {} channels as the shared features have, found {}", channels, matrix.size(0));
            const at::Tensor agreement = unit[std::int64_t(k)].t().mm(common).to(at::kDouble);
            const at::Tensor turn = (agreement - agreement.t()) * (lr_ / 2);
            at::Tensor turned = matrix.to(at::kDouble).mm(at::matrix_exp(turn));
            // One Newton step back to the orthogonal matrices keeps float's rounding from adding up.
            turned = 1.5 * turned - 0.5 * turned.mm(turned.t()).mm(turned);
            matrix.copy_(turned);
        }
    }

    double lr_ = 0.1;
    bool magnitude_ = true;
    std::int64_t burnIn_ = 0;
    std::vector<double> first_;                             ///< gradient lengths to compare with; 0 for none yet
    std::vector<double> steps_;                             ///< of each task
    std::vector<std::shared_ptr<RotationLayer>> rotations_; ///< of each task; null for a Jacobian without a model
    std::vector<std::int64_t> features_;                    ///< [N, channels, …]; empty for a Jacobian without features
};

static const Register<BalanceMethod, RotoGrad> registeredRotograd{Card{
    .id = "rotograd",
    .title = "RotoGrad",
    .category = "Features",
    .summary = "Gives all tasks gradients of one length and turns the features for each task until the gradients agree.",
    .paper = "Javaloy & Valera, ICLR 2022",
    .claims = {"permutationInvariant"},
}};

} // namespace concord
