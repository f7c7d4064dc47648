#pragma once

#include "core/model/layer_unit.h"

namespace concord {

struct ContextChoiceOptions
{
    std::string prefix = {};
    std::vector<std::vector<bool>> candidates = {}; ///< for each source, for each kind of context: may it be chosen?
    double temperature = 1;                         ///< at the start
    double lastTemperature = 0.05;
    std::int64_t anneal = 1; ///< passes in training until the last temperature
    std::vector<int> outputs = {};
};

/// Which context a target takes from each source, searched for by gradients (Bruggemann et al., ICCV 2021, section 3.3): in training the contexts count by
/// a Gumbel-softmax (Jang et al., ICLR 2017) of architecture parameters, whose temperature falls linearly; in evaluation the best counts
/// alone. A pair whose first candidate is 0.3 before the second is decided for good, as in the authors' code.
class ContextChoice : public LayerUnit
{
public:
    ContextChoice(Layer &owner, const ContextChoiceOptions &options);

    /// For training: [sources, kinds], each row sums to 1. Counts the pass.
    at::Tensor relaxed() const;

    /// The best kind for each source.
    std::vector<std::size_t> best() const;

    /// Detached softmax of the architecture parameters [sources, kinds].
    at::Tensor probabilities() const;

    /// Mean entropy of the rows.
    at::Tensor entropy() const;

    /// 0 at the first pass, 1 when the temperature has fallen.
    at::Tensor progress() const;

private:
    at::Tensor logits() const { return *architecture_ + *bar_; }

    double temperature_;
    double lastTemperature_;
    double anneal_;
    at::Tensor *architecture_;
    at::Tensor *bar_;     ///< 0, or −∞ for what may not be chosen
    at::Tensor *decided_; ///< [sources, 1]
    at::Tensor *passes_;
};

} // namespace concord
