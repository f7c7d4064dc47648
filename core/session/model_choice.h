#pragma once

#include "core/session/compare.h"

namespace concord {

/// A candidate that differs in more than its balance: a recipe, or an experiment.
struct ModelChoice
{
    Card card = {};              ///< a recipe's; of an experiment its name and what is known of it
    std::string kind = {};       ///< the catalogue's word for a recipe
    Entrant entrant = {};        ///< nothing in it where it is refused
    std::int64_t parameters = 0;
    std::int64_t macs = 0;       ///< of one sample, forward
    double cost = 1;             ///< work of a step against the base with equal weights, by arithmetic
    std::string refusal = {};    ///< "" when it can stand beside the base
};

/// All recipes on the base's data and for its tasks, with equal weights, trained by its plan; what a recipe itself says of optimiser and schedule
/// stands. By kind and title.
std::vector<ModelChoice> recipeChoices(const Experiment &base);

/// An experiment as a line beside the base: its data must be of the same kind and its tasks the same, or the numbers could not be compared.
/// Its own plan stands, but the seed is the comparison's.
ModelChoice experimentChoice(const Experiment &base, const Experiment &experiment, const std::string &title);

/// The base itself, to stand among the others.
ModelChoice baseChoice(const Experiment &base);

/// The experiments of a project's runs but the base, each once whatever its seed; the newest first.
/// Without what comparisons search and their single-task models.
std::vector<ModelChoice> runChoices(const Experiment &base, const std::vector<RunSummary> &runs);

} // namespace concord
