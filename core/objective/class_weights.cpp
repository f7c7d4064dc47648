#include "core/objective/class_weights.h"

#include "core/base/error.h"
#include "core/base/params.h"

#include <cmath>

namespace concord {

std::vector<double> parseClassWeights(const std::vector<std::string> &texts, std::int64_t classes)
{
    std::vector<double> weights;
    for (const std::string &text : texts) {
        const double weight = std::get<double>(parseParam(text, 0.0, "class_weights"));
        if (!std::isfinite(weight) || weight < 0)
            throw Error("class_weights: expected numbers of at least 0, found '{}'", text);
        weights.push_back(weight);
    }
    if (!weights.empty() && std::int64_t(weights.size()) != classes)
        throw Error("class_weights: expected {} numbers for {} classes, found {}", classes, classes, weights.size());
    return weights;
}

at::Tensor classWeightTensor(const std::vector<std::string> &texts, const at::Tensor &prediction)
{
    if (texts.empty())
        return {};
    const std::vector<double> weights = parseClassWeights(texts, prediction.size(1));
    return at::tensor(weights, at::kDouble).to(prediction.options());
}

} // namespace concord
