#include "core/data/missing_labels.h"

#include "core/base/error.h"
#include "core/base/random.h"

namespace concord {

MissingLabels::MissingLabels(std::shared_ptr<const Dataset> dataset, std::vector<double> probabilities, std::uint64_t seed)
    : dataset_(std::move(dataset))
    , probabilities_(std::move(probabilities))
    , seed_(seed)
{
    if (probabilities_.size() != dataset_->info().tasks.size())
        throw Error("missing labels: expected {} probabilities, found {}", dataset_->info().tasks.size(), probabilities_.size());
    for (const double probability : probabilities_)
        if (!(probability >= 0 && probability <= 1))
            throw Error("missing labels: expected probabilities between 0 and 1, found {:g}", probability);
}

Sample MissingLabels::get(std::int64_t index) const
{
    Sample sample = dataset_->get(index);
    for (std::size_t task = 0; task < probabilities_.size(); ++task)
        if (Random(seed_, std::uint64_t(index), task, 0x6d697373).chance(probabilities_[task]))
            sample.labels[task].clear();
    return sample;
}

std::shared_ptr<const Dataset> withholdLabels(std::shared_ptr<const Dataset> dataset, double probability, std::uint64_t seed)
{
    if (probability == 0)
        return dataset;
    std::vector<double> probabilities(dataset->info().tasks.size(), probability);
    return std::make_shared<MissingLabels>(std::move(dataset), std::move(probabilities), seed);
}

} // namespace concord
