#include "core/data/subset.h"

#include "core/base/error.h"
#include "core/base/random.h"

#include <algorithm>
#include <cmath>

namespace concord {

Subset::Subset(std::shared_ptr<const Dataset> dataset, std::vector<std::int64_t> indices)
    : dataset_(std::move(dataset))
    , indices_(std::move(indices))
{
    for (const std::int64_t index : indices_)
        if (index < 0 || index >= dataset_->size())
            throw Error("subset: expected indices below {}, found {}", dataset_->size(), index);
}

const std::vector<std::int64_t> &Division::of(Split split) const
{
    if (split == Split::train)
        return train;
    return split == Split::test && !test.empty() ? test : validation;
}

Division divide(std::int64_t count, double validationShare, double testShare, std::uint64_t seed)
{
    if (!(validationShare >= 0 && testShare >= 0 && validationShare + testShare < 1))
        throw Error("shares of validation and test: expected at least 0 and together below 1, found {:g} and {:g}", validationShare, testShare);
    std::int64_t left = std::max<std::int64_t>(count - 1, 0);
    const auto part = [&](double share) {
        const std::int64_t wanted = share > 0 ? std::max<std::int64_t>(1, std::llround(share * double(count))) : 0;
        const std::int64_t taken = std::min(wanted, left);
        left -= taken;
        return taken;
    };
    const std::int64_t validation = part(validationShare);
    const std::int64_t test = part(testShare);
    const std::vector<std::int64_t> order = permutation(count, Random(seed, 0x73706c6974));
    const auto first = order.begin();
    Division division{{first + validation + test, order.end()}, {first, first + validation}, {first + validation, first + validation + test}};
    for (auto *indices : {&division.train, &division.validation, &division.test})
        std::ranges::sort(*indices);
    return division;
}

} // namespace concord
