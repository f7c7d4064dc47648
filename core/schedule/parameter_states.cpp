#include "core/schedule/parameter_states.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <map>

namespace concord {

void ParameterStates::start(std::vector<at::Tensor> parameters, std::vector<double> rates, const std::vector<std::string> &names)
{
    rates_ = std::move(rates);
    names_ = names;
    entries_.clear();
    for (at::Tensor &parameter : parameters) {
        Entry entry{.parameter = std::move(parameter), .states = {}, .steps = 0};
        for (std::size_t i = 0; i < names_.size(); ++i)
            entry.states.push_back(at::zeros_like(entry.parameter.detach()));
        entries_.push_back(std::move(entry));
    }
}

std::vector<std::pair<std::string, at::Tensor>> ParameterStates::save() const
{
    std::vector<std::pair<std::string, at::Tensor>> saved;
    const at::Tensor steps = at::empty({std::int64_t(entries_.size())}, at::kLong);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        steps.data_ptr<std::int64_t>()[i] = entries_[i].steps;
        for (std::size_t k = 0; k < names_.size(); ++k)
            saved.emplace_back(fmt::format("{}.{}", names_[k], i), entries_[i].states[k].clone());
    }
    saved.emplace_back("steps", steps);
    return saved;
}

void ParameterStates::load(const std::vector<std::pair<std::string, at::Tensor>> &saved)
{
    const std::map<std::string, at::Tensor> byName(saved.begin(), saved.end());
    const auto find = [&](const std::string &name, at::IntArrayRef sizes) {
        const auto it = byName.find(name);
        if (it == byName.end())
            throw Error("optimiser state '{}': expected a tensor of shape [{}], found none", name, shapeText(sizes.vec()));
        if (it->second.sizes() != sizes)
            throw Error("optimiser state '{}': expected a tensor of shape [{}], found [{}]", name, shapeText(sizes.vec()), shapeText(it->second.sizes().vec()));
        return it->second;
    };
    const at::Tensor steps = find("steps", {std::int64_t(entries_.size())}).to(at::TensorOptions(at::kCPU).dtype(at::kLong)).contiguous();
    std::vector<std::vector<at::Tensor>> found;
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        found.emplace_back();
        for (const std::string &name : names_)
            found.back().push_back(find(fmt::format("{}.{}", name, i), entries_[i].parameter.sizes()));
    }
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        entries_[i].steps = steps.data_ptr<std::int64_t>()[i];
        for (std::size_t k = 0; k < names_.size(); ++k)
            entries_[i].states[k].copy_(found[i][k]);
    }
}

} // namespace concord
