#pragma once

#include "core/graph/block.h"
#include "core/model/generator.h"
#include "core/model/layer.h"

#include <torch/csrc/autograd/autograd.h>

namespace concord::test {

/// A block with its parameters, what it announces for its inputs, and the initialised layer.
struct BuiltBlock
{
    std::unique_ptr<Block> block;
    Inference inference;
    std::shared_ptr<Layer> layer;

    BuiltBlock(const std::string &id, const ParamMap &params, const PortTypes &inputs, int repeats = 1)
        : block(BlockRegistry::instance().make(id))
    {
        setParams(*block, params, id);
        inference = block->infer(inputs, repeats);
        layer = block->build({.inputs = inputs, .outputs = inference.outputs});
        layer->initialise(makeGenerator(at::kCPU, 7));
        layer->setGenerator(makeGenerator(at::kCPU, 8));
    }

    at::Tensor &parameter(const std::string &name) const
    {
        for (Layer::Parameter &parameter : layer->parameters())
            if (parameter.name == name)
                return parameter.value;
        throw Error("no parameter '{}'", name);
    }

    at::Tensor run(const at::Tensor &x) const { return layer->forward({x}).front(); }
    const Shape &shape() const { return inference.outputs.at("out").shape; }
};

inline TensorType features(std::int64_t channels, std::int64_t height, std::int64_t width)
{
    return {.type = PortType::features, .shape = {channels, height, width}};
}

inline TensorType vector(std::int64_t size)
{
    return {.type = PortType::vector, .shape = {size}};
}

inline std::int64_t countParameters(Layer &layer)
{
    std::int64_t count = 0;
    for (const Layer::Parameter &parameter : layer.parameters())
        count += parameter.value.numel();
    return count;
}

/// Numbers ("2 channels") say which message was meant: the test fails when nothing is thrown.
template<class Function>
std::string errorOf(Function &&function)
{
    try {
        function();
    } catch (const Error &error) {
        return error.what();
    }
    return {};
}

/// ‖a − b‖ / ‖b‖
inline double relativeError(const at::Tensor &a, const at::Tensor &b)
{
    const at::Tensor reference = b.detach().to(at::kDouble);
    return (a.detach().to(at::kDouble) - reference).norm().item<double>() / std::max(reference.norm().item<double>(), 1e-30);
}

inline at::Tensor randomTensor(at::IntArrayRef sizes, std::uint64_t seed = 1)
{
    return at::empty(sizes, at::kFloat).normal_(0, 1, makeGenerator(at::kCPU, seed));
}

} // namespace concord::test
