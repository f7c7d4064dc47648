#include "core/data/cached.h"

#include <bit>

namespace concord {

PackedValues::PackedValues(const std::vector<float> &values)
{
    if (!pack(values, Form::whole) && !pack(values, Form::fraction))
        floats_ = values;
}

float PackedValues::value(std::uint8_t byte, Form form)
{
    return form == Form::whole ? float(byte) - 1 : float(byte) / 255.0f;
}

bool PackedValues::pack(const std::vector<float> &values, Form form)
{
    bytes_.clear();
    bytes_.reserve(values.size());
    for (const float number : values) {
        const float code = form == Form::whole ? number + 1 : number * 255.0f + 0.5f;
        if (!(code >= 0 && code < 256) || std::bit_cast<std::uint32_t>(value(std::uint8_t(code), form)) != std::bit_cast<std::uint32_t>(number)) {
            bytes_ = {};
            return false;
        }
        bytes_.push_back(std::uint8_t(code));
    }
    form_ = form;
    return true;
}

std::vector<float> PackedValues::unpack() const
{
    if (form_ == Form::floats)
        return floats_;
    std::vector<float> values;
    values.reserve(bytes_.size());
    for (const std::uint8_t byte : bytes_)
        values.push_back(value(byte, form_));
    return values;
}

Cached::Cached(std::shared_ptr<const Dataset> dataset, std::size_t limit)
    : dataset_(std::move(dataset))
    , limit_(limit)
    , samples_(std::size_t(dataset_->size()))
{
}

Sample Cached::get(std::int64_t index) const
{
    std::shared_ptr<const Packed> packed;
    {
        const std::lock_guard lock(mutex_);
        packed = samples_.at(std::size_t(index));
    }
    if (packed) {
        Sample sample{.image = packed->image.unpack()};
        for (const PackedValues &label : packed->labels)
            sample.labels.push_back(label.unpack());
        return sample;
    }
    Sample sample = dataset_->get(index);
    {
        const std::lock_guard lock(mutex_);
        if (bytes_ >= limit_)
            return sample;
    }
    auto fresh = std::make_shared<Packed>(Packed{.image = PackedValues(sample.image), .labels = {}});
    std::size_t bytes = fresh->image.bytes();
    for (const std::vector<float> &label : sample.labels)
        bytes += fresh->labels.emplace_back(label).bytes();
    const std::lock_guard lock(mutex_);
    if (!samples_[std::size_t(index)] && bytes_ + bytes <= limit_) {
        samples_[std::size_t(index)] = std::move(fresh);
        bytes_ += bytes;
    }
    return sample;
}

std::size_t Cached::bytes() const
{
    const std::lock_guard lock(mutex_);
    return bytes_;
}

} // namespace concord
