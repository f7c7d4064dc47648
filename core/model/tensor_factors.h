#pragma once

#include "core/tensor/tensor.h"

#include <string>
#include <vector>

namespace concord {

/// How a stack of T weights of one shape D₁ × … × Dₙ, a tensor D₁ × … × Dₙ × T, is written by factors that tasks share and one vector per task
/// (Yang and Hospedales, ICLR 2017, section 3): an SVD of its last axis, Tucker's form, or a tensor train.
enum class Factorisation { svd, tucker, train };

/// From a parameter's text ("svd", "tucker", "tt"); throws Error.
Factorisation factorisation(const std::string &name);

/// Sizes of a stack, the number of tasks last.
using StackSizes = std::vector<std::int64_t>;

/// The ranks that represent every stack of these sizes: one for an SVD, one per axis for Tucker, one per joint of the train. The last is the length
/// of a task's vector.
std::vector<std::int64_t> fullRanks(Factorisation kind, const StackSizes &sizes);

/// No rank larger than what the others leave for it to represent.
std::vector<std::int64_t> usefulRanks(Factorisation kind, const StackSizes &sizes, std::vector<std::int64_t> ranks);

/// Shapes of the shared factors.
std::vector<std::vector<std::int64_t>> factorShapes(Factorisation kind, const StackSizes &sizes, const std::vector<std::int64_t> &ranks);

/// Numbers of all factors and vectors.
std::int64_t factorCount(Factorisation kind, const StackSizes &sizes, const std::vector<std::int64_t> &ranks);

/// One task's weight from the shared factors and its vector. Differentiable.
at::Tensor rebuildWeight(Factorisation kind, const StackSizes &sizes, const std::vector<at::Tensor> &shared, const at::Tensor &ofTask);

struct TensorFactors
{
    std::vector<std::int64_t> ranks = {};
    std::vector<at::Tensor> shared = {};
    at::Tensor tasks = {};   ///< [T, the last rank]
};

/// Of a given stack [D₁, …, Dₙ, T], such as the weights of networks trained alone: the smallest ranks whose error stays below the share `error` of its
/// norm, none larger than `atMost` (empty: no limit). Truncated higher-order SVD for Tucker, one SVD after the other for the train.
TensorFactors factorise(Factorisation kind, const at::Tensor &stack, double error, const std::vector<std::int64_t> &atMost = {});

} // namespace concord
