// Projecting conflicting gradients (Yu et al., NeurIPS 2020, algorithm 1), on the Gramian: for each task i, in random order over
// the other tasks j, where the present gᵢ conflicts with the original gⱼ its part along gⱼ is taken away; then the sum.
// Unlike LibMTL and the Nash-MTL code, i itself is never among the j.
#include "core/balance/method.h"
#include "core/base/error.h"

namespace concord {

class PcGrad : public GramianWeighting
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("reduction", reduction_, {.help = "Add the projected gradients up, as in the paper, or average them", .choices = {"sum", "mean"}});
    }

    void start(int, std::uint64_t seed) override { random_ = Random(seed, 0x9c6d); }
    bool averages() const override { return reduction_ == "mean"; }
    std::string summary() const override { return reduction_; }

    // A double holds 32 of the 64 bits exactly.
    BalanceState save() const override { return {{"random", {double(random_.state() >> 32), double(random_.state() & 0xffffffffu)}}}; }

    void load(const BalanceState &state) override
    {
        const auto it = state.find("random");
        if (it == state.end() || it->second.size() != 2)
            throw Error("pcgrad: expected the state of its random numbers in the checkpoint, found none");
        random_.setState(std::uint64_t(it->second[0]) << 32 | std::uint64_t(it->second[1]));
    }

    BalanceWeights weigh(const BalanceInput &input) override
    {
        const int count = int(input.losses.size());
        const auto &gramian = input.gramian;
        std::vector<double> weights(count, 0.0);
        std::vector<double> products(count); // of the present gradient with each original one
        std::vector<int> others;
        for (int i = 0; i < count; ++i) {
            others.clear();
            for (int j = 0; j < count; ++j) {
                products[j] = gramian[i * count + j];
                if (j != i)
                    others.push_back(j);
            }
            for (std::size_t k = others.size(); k > 1; --k)
                std::swap(others[k - 1], others[random_.below(k)]);
            weights[i] += 1;
            for (const int j : others) {
                const double square = gramian[j * count + j];
                if (!(products[j] < 0) || !(square > 0))
                    continue;
                const double share = products[j] / square;
                weights[j] -= share;
                for (int k = 0; k < count; ++k)
                    products[k] -= share * gramian[j * count + k];
            }
        }
        if (averages())
            for (double &weight : weights)
                weight /= count;
        return {.weights = std::move(weights), .residual = 0};
    }

private:
    std::string reduction_ = "sum";
    Random random_{0};
};

static const Register<BalanceMethod, PcGrad> registeredPcgrad{Card{
    .id = "pcgrad",
    .title = "PCGrad",
    .category = "Gramian weighting",
    .summary = "Takes from each task gradient the part that works against another task.",
    .paper = "Yu et al., NeurIPS 2020",
    .claims = {"linearUnderScaling"},
}};

} // namespace concord
