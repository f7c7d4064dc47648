#include "core/model/tensor_factors.h"

#include "core/base/error.h"
#include "core/graph/tensor_type.h"
#include "core/tensor/without_autocast.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

namespace concord {

namespace {

using Ranks = std::vector<std::int64_t>;

std::int64_t productOf(const Ranks &sizes, std::size_t first, std::size_t last)
{
    return std::accumulate(sizes.begin() + std::ptrdiff_t(first), sizes.begin() + std::ptrdiff_t(last), std::int64_t(1), std::multiplies<>());
}

struct Decomposition
{
    at::Tensor left;     ///< [rows, rank], orthonormal columns
    at::Tensor rest;     ///< [rank, columns]
    std::int64_t rank = 1;
};

/// The smallest rank whose error is at most `error` in the Frobenius norm, at least 1 and at most `atMost`.
Decomposition cutMatrix(const at::Tensor &matrix, double error, std::int64_t atMost)
{
    const auto [u, s, vh] = at::linalg_svd(matrix, /*full_matrices=*/false);
    const at::Tensor values = s.contiguous();
    std::int64_t rank = values.numel();
    for (double lost = 0; rank > 1; --rank) {
        const double value = values.data_ptr<double>()[rank - 1];
        lost += value * value;
        if (lost > error * error)
            break;
    }
    rank = std::min(rank, atMost);
    return {.left = u.narrow(1, 0, rank), .rest = s.narrow(0, 0, rank).unsqueeze(1) * vh.narrow(0, 0, rank), .rank = rank};
}

} // namespace

Factorisation factorisation(const std::string &name)
{
    if (name == "svd")
        return Factorisation::svd;
    if (name == "tucker")
        return Factorisation::tucker;
    if (name == "tt")
        return Factorisation::train;
    throw Error("factorisation: expected svd, tucker or tt, found '{}'", name);
}

Ranks fullRanks(Factorisation kind, const StackSizes &sizes)
{
    const std::size_t axes = sizes.size();
    Ranks ranks;
    if (kind == Factorisation::svd)
        ranks = {std::min(productOf(sizes, 0, axes - 1), sizes.back())};
    else if (kind == Factorisation::tucker)
        for (std::size_t i = 0; i < axes; ++i)
            ranks.push_back(std::min(sizes[i], productOf(sizes, 0, axes) / sizes[i]));
    else
        for (std::size_t i = 1; i < axes; ++i)
            ranks.push_back(std::min(productOf(sizes, 0, i), productOf(sizes, i, axes)));
    return ranks;
}

Ranks usefulRanks(Factorisation kind, const StackSizes &sizes, Ranks ranks)
{
    const Ranks full = fullRanks(kind, sizes);
    for (std::size_t i = 0; i < ranks.size(); ++i)
        ranks[i] = std::clamp<std::int64_t>(ranks[i], 1, full[i]);
    if (kind == Factorisation::tucker)
        for (Ranks before; before != ranks;) {
            before = ranks;
            for (std::int64_t &rank : ranks)
                rank = std::min(rank, productOf(ranks, 0, ranks.size()) / rank);
        }
    if (kind == Factorisation::train) {
        for (std::size_t i = 1; i < ranks.size(); ++i)
            ranks[i] = std::min(ranks[i], ranks[i - 1] * sizes[i]);
        for (std::size_t i = ranks.size() - 1; i > 0; --i)
            ranks[i - 1] = std::min(ranks[i - 1], ranks[i] * sizes[i]);
    }
    return ranks;
}

std::vector<Ranks> factorShapes(Factorisation kind, const StackSizes &sizes, const Ranks &ranks)
{
    const std::size_t axes = sizes.size() - 1;
    std::vector<Ranks> shapes;
    if (kind == Factorisation::svd) {
        shapes.push_back({ranks[0]});
        shapes[0].insert(shapes[0].end(), sizes.begin(), sizes.end() - 1);
    } else if (kind == Factorisation::tucker) {
        shapes.push_back(ranks);
        for (std::size_t i = 0; i < axes; ++i)
            shapes.push_back({sizes[i], ranks[i]});
    } else {
        shapes.push_back({sizes[0], ranks[0]});
        for (std::size_t i = 1; i < axes; ++i)
            shapes.push_back({ranks[i - 1], sizes[i], ranks[i]});
    }
    return shapes;
}

std::int64_t factorCount(Factorisation kind, const StackSizes &sizes, const Ranks &ranks)
{
    std::int64_t count = sizes.back() * ranks.back();
    for (const Ranks &shape : factorShapes(kind, sizes, ranks))
        count += elementCount(shape);
    return count;
}

at::Tensor rebuildWeight(Factorisation kind, const StackSizes &sizes, const std::vector<at::Tensor> &shared, const at::Tensor &ofTask)
{
    [[maybe_unused]] const WithoutAutocast exact;   // rounding every factor would add up, and the cost does not grow with the batch
    const at::IntArrayRef shape(sizes.data(), sizes.size() - 1);
    if (kind == Factorisation::svd)
        return ofTask.unsqueeze(0).mm(shared[0].flatten(1)).view(shape);
    if (kind == Factorisation::tucker) {
        at::Tensor weight = shared[0].flatten(0, -2).mm(ofTask.unsqueeze(1)).view(shared[0].sizes().slice(0, shared[0].dim() - 1));
        // Each step takes the first axis away and puts its size at the end.
        for (std::size_t i = 1; i < shared.size(); ++i)
            weight = at::tensordot(weight, shared[i], {0}, {1});
        return weight;
    }
    at::Tensor weight = shared[0];
    for (std::size_t i = 1; i < shared.size(); ++i)
        weight = weight.mm(shared[i].flatten(1)).view({-1, shared[i].size(2)});
    return weight.mm(ofTask.unsqueeze(1)).view(shape);
}

TensorFactors factorise(Factorisation kind, const at::Tensor &stack, double error, const Ranks &atMost)
{
    const StackSizes sizes = stack.sizes().vec();
    const std::size_t axes = sizes.size();
    const Ranks limits = usefulRanks(kind, sizes, atMost.empty() ? fullRanks(kind, sizes) : atMost);
    at::Tensor rest = stack.detach().to(at::kDouble);
    // Squared errors of the cuts add up.
    const double each = error * rest.norm().item<double>() / std::sqrt(double(limits.size()));
    TensorFactors result;
    const auto keep = [&result](const at::Tensor &factor) { result.shared.push_back(factor.to(at::kFloat).contiguous()); };
    if (kind == Factorisation::tucker) {
        std::vector<at::Tensor> sides;
        for (std::size_t i = 0; i < axes; ++i) {
            const Decomposition cut = cutMatrix(stack.detach().to(at::kDouble).movedim(std::int64_t(i), 0).flatten(1), each, limits[i]);
            rest = at::tensordot(rest, cut.left, {0}, {0});
            result.ranks.push_back(cut.rank);
            sides.push_back(cut.left);
        }
        keep(rest);
        for (std::size_t i = 0; i + 1 < axes; ++i)
            keep(sides[i]);
        result.tasks = sides.back().to(at::kFloat).contiguous();
        return result;
    }
    // The train cuts behind each axis, the SVD only in front of the last.
    std::int64_t before = 1;
    for (std::size_t i = kind == Factorisation::svd ? axes - 2 : 0; i + 1 < axes; ++i) {
        const std::int64_t rows = before * (kind == Factorisation::svd ? productOf(sizes, 0, axes - 1) : sizes[i]);
        const Decomposition cut = cutMatrix(rest.reshape({rows, -1}), each, limits[result.ranks.size()]);
        result.ranks.push_back(cut.rank);
        if (kind == Factorisation::svd)
            keep(cut.left.t().reshape(factorShapes(kind, sizes, result.ranks)[0]));
        else
            keep(i == 0 ? cut.left : cut.left.reshape({before, sizes[i], cut.rank}));
        rest = cut.rest;
        before = cut.rank;
    }
    result.tasks = rest.t().to(at::kFloat).contiguous();
    return result;
}

} // namespace concord
