#pragma once

#include "core/tensor/row_map.h"

#include <vector>

namespace concord {

/// Mean and biased variance of each channel over all rows (pairwise updates of Chan et al., 1979, in double).
struct RowMoments
{
    std::vector<double> mean;
    std::vector<double> variance;
};
RowMoments rowMoments(const RowMap &x);

/// What happens to a value x of channel c: (x − mean[c]) · scale[c] + shift[c], then the residual, then ReLU.
struct RowScaling
{
    std::vector<float> mean;
    std::vector<float> scale;
    std::vector<float> shift;
    bool rectified = false;
};
void scaleRows(const RowMap &x, const RowScaling &scaling, const RowMap *residual, const RowMap &result);

/// Sums over rows of the gradient g behind the ReLU, and of g · (x − mean).
struct RowGradientSums
{
    std::vector<double> gradient;
    std::vector<double> product;
};
/// `masked`, if given, gets g behind the ReLU: the residual's gradient. `output` is needed where there was a residual.
RowGradientSums rowGradientSums(const RowMap &gradient, const RowMap &x, const RowScaling &scaling, const RowMap *output, const RowMap *masked);

/// result = along[c] · g + across[c] · (x − mean[c]) + constant[c].
struct RowGradient
{
    std::vector<float> along;
    std::vector<float> across;
    std::vector<float> constant;
};
void rowGradient(const RowMap &gradient, const RowMap &x, const RowScaling &scaling, const RowMap *output, const RowGradient &factors, const RowMap &result);

} // namespace concord
