#pragma once

#include "core/data/dataset.h"

namespace concord {

/// Withholds labels at random, each task of each sample by itself. Which ones depends on seed, index and task only.
class MissingLabels : public Dataset
{
public:
    /// One probability per task.
    MissingLabels(std::shared_ptr<const Dataset> dataset, std::vector<double> probabilities, std::uint64_t seed);

    const DatasetInfo &info() const override { return dataset_->info(); }
    std::int64_t size() const override { return dataset_->size(); }
    Sample get(std::int64_t index) const override;

private:
    std::shared_ptr<const Dataset> dataset_;
    std::vector<double> probabilities_;
    std::uint64_t seed_;
};

/// The same probability for every task; the data set itself when it is 0.
std::shared_ptr<const Dataset> withholdLabels(std::shared_ptr<const Dataset> dataset, double probability, std::uint64_t seed);

} // namespace concord
