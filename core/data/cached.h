#pragma once

#include "core/data/dataset.h"

#include <mutex>

namespace concord {

/// Values kept without loss in a byte each where they are whole numbers −1 … 254 or multiples of 1/255, as floats otherwise.
class PackedValues
{
public:
    explicit PackedValues(const std::vector<float> &values);
    std::vector<float> unpack() const;
    std::size_t bytes() const { return bytes_.size() + 4 * floats_.size(); }

private:
    enum class Form { whole, fraction, floats };
    bool pack(const std::vector<float> &values, Form form);
    static float value(std::uint8_t byte, Form form);

    Form form_ = Form::floats;
    std::vector<std::uint8_t> bytes_;
    std::vector<float> floats_;
};

/// Keeps samples in memory after their first reading, until `limit` bytes are full; the rest are read anew each time.
class Cached : public Dataset
{
public:
    Cached(std::shared_ptr<const Dataset> dataset, std::size_t limit);

    const DatasetInfo &info() const override { return dataset_->info(); }
    std::int64_t size() const override { return dataset_->size(); }
    Sample get(std::int64_t index) const override;

    std::size_t bytes() const;

private:
    struct Packed
    {
        PackedValues image;
        std::vector<PackedValues> labels;
    };

    std::shared_ptr<const Dataset> dataset_;
    std::size_t limit_;
    mutable std::mutex mutex_;
    mutable std::vector<std::shared_ptr<const Packed>> samples_;
    mutable std::size_t bytes_ = 0;
};

} // namespace concord
