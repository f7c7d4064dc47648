// Mod-Squad's gates (Chen et al., CVPR 2023, section 3): each task's softmax over all experts, of which the k largest keep their share, and minus the mutual
// information of tasks and experts as a term of the objective, so that experts belong to few tasks and none lies idle. P(E | T) is the batch's
// mean share before the choice of k, as in the authors' code, which keeps a running mean of it instead.
#include "core/model/top_k_block.h"

namespace concord {

namespace {

class ModSquad : public TopKBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        chosenParam(visitor);
        visitor("noise", noise_, {.help = "Learnt noise on the gates while training"});
        visitor("mutual", mutual_, {.help = "Weight of the mutual information of tasks and experts, which is maximised", .min = 0, .max = 10});
        typeParam(visitor);
    }

protected:
    TopKGateOptions options(std::int64_t in) const override
    {
        return {.in = in, .experts = experts(), .k = chosen(), .noisy = noise_, .normalised = false, .mutual = mutual_};
    }

private:
    bool noise_ = true;
    double mutual_ = 0.01;
};

const Register<Block, ModSquad> registeredModSquad{
    Card{.id = "mod_squad",
         .title = "Mod-Squad gates",
         .category = "Experts",
         .summary = "Top-k gates that learn which experts belong to which tasks by maximising mutual information.",
         .paper = "Chen et al., CVPR 2023"}};

} // namespace

} // namespace concord
