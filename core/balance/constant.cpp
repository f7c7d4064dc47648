// Fixed weights, chosen by hand (static scalarisation).
#include "core/balance/method.h"
#include "core/base/error.h"
#include "core/base/text.h"

namespace concord {

class ConstantWeights : public LossWeighting
{
public:
    void params(ParamVisitor &visitor) override { visitor("weights", texts_, {.help = "One number per task, in the order of the losses; all 1 when empty"}); }

    void start(int taskCount, std::uint64_t) override
    {
        numbers_.clear();
        for (const std::string &text : texts_)
            numbers_.push_back(parse(trim(text)));
        if (texts_.empty())
            numbers_.assign(taskCount, 1.0);
        if (int(numbers_.size()) != taskCount)
            throw Error("constant weights: expected {} numbers, one per task, found {}", taskCount, numbers_.size());
    }

    bool hasFixedWeights() const override { return true; }
    std::string summary() const override { return join(texts_, " : "); }

    BalanceWeights weigh(const BalanceInput &input) override
    {
        BalanceWeights result;
        for (const int task : input.tasks)
            result.weights.push_back(numbers_.at(task));
        return result;
    }

private:
    static double parse(const std::string &text)
    {
        const std::optional<double> value = numberIn(text);
        if (!value || *value < 0)
            throw Error("constant weights: expected a number that is not negative, found '{}'", text);
        return *value;
    }

    std::vector<std::string> texts_;
    std::vector<double> numbers_;
};

static const Register<BalanceMethod, ConstantWeights> registeredConstant{Card{
    .id = "constant",
    .title = "Constant weights",
    .category = "Loss weighting",
    .summary = "Multiplies each loss by a number of your choice.",
    .paper = {},
    .claims = {"linearUnderScaling", "stronglyStationary"},
}};

} // namespace concord
