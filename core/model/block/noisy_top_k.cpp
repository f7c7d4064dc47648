// Noisy top-k gates, one per task (Shazeer et al., ICLR 2017, section 2.1, eq. 3 to 5, section 4 and appendix A). Their noise is there in training only,
// and two terms of the objective keep all experts in use: the squared variation of their importance and of their load.
#include "core/model/top_k_block.h"

namespace concord {

namespace {

class NoisyTopK : public TopKBlock
{
public:
    void params(ParamVisitor &visitor) override
    {
        chosenParam(visitor);
        visitor("noise", noise_, {.help = "Learnt noise on the gates while training; without it there is no load term"});
        visitor("importance", importance_, {.help = "Weight of the balance of the experts' gates in the objective", .min = 0, .max = 10});
        visitor("load", load_, {.help = "Weight of the balance of the experts' numbers of samples in the objective", .min = 0, .max = 10});
        visitor("balance", balance_,
                {.help = "Balance each task's use of experts, or that of all tasks together, which lets experts specialise", .choices = {"task", "all"}});
        typeParam(visitor);
    }

protected:
    TopKGateOptions options(std::int64_t in) const override
    {
        return {.in = in, .experts = experts(), .k = chosen(), .noisy = noise_, .together = balance_ == "all", .importance = importance_, .load = load_};
    }

private:
    bool noise_ = true;
    double importance_ = 0.1;
    double load_ = 0.1;
    std::string balance_ = "task";
};

const Register<Block, NoisyTopK> registeredNoisyTopK{Card{.id = "noisy_top_k",
                                                          .title = "Noisy top-k gates",
                                                          .category = "Experts",
                                                          .summary = "Gives each task a mixture of the k experts that its gate likes best for a sample.",
                                                          .paper = "Shazeer et al., ICLR 2017"}};

} // namespace

} // namespace concord
