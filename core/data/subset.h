#pragma once

#include "core/data/dataset.h"

namespace concord {

/// Some samples of another data set, in the order given.
class Subset : public Dataset
{
public:
    Subset(std::shared_ptr<const Dataset> dataset, std::vector<std::int64_t> indices);

    const DatasetInfo &info() const override { return dataset_->info(); }
    std::int64_t size() const override { return std::int64_t(indices_.size()); }
    Sample get(std::int64_t index) const override { return dataset_->get(indices_.at(std::size_t(index))); }

private:
    std::shared_ptr<const Dataset> dataset_;
    std::vector<std::int64_t> indices_;
};

/// Divides 0 … count − 1 at random into train, validation and test, each sorted. A share above 0 gives at least one
/// sample while one is left for training.
struct Division
{
    std::vector<std::int64_t> train;
    std::vector<std::int64_t> validation;
    std::vector<std::int64_t> test;

    /// `test` falls back on the validation samples when its share was 0.
    const std::vector<std::int64_t> &of(Split split) const;
};
Division divide(std::int64_t count, double validationShare, double testShare, std::uint64_t seed);

} // namespace concord
