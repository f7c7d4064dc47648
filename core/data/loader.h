#pragma once

#include "core/data/dataset.h"

#include <memory>

namespace concord {

/// A batch on the host, label rows of missing labels are zero with present = 0.
struct Batch
{
    struct Label
    {
        std::vector<float> values;         ///< [size, label shape]
        std::vector<std::uint8_t> present; ///< [size]
        std::int64_t presentCount = 0;
    };

    std::int64_t size = 0;
    std::vector<float> image; ///< [size, image shape]
    std::vector<Label> labels;
    std::vector<std::int64_t> indices;
};

struct LoaderOptions
{
    std::int64_t batch = 16;
    bool shuffle = true;
    bool dropLast = true; ///< an incomplete last batch is left out (kept when it is the only one)
    std::uint64_t seed = 1;
    int threads = 1;      ///< 0: load in the caller's thread
    int queue = 4;        ///< batches loaded ahead at most
    bool flip = false;    ///< horizontal; normals' x changes sign
    double cropScale = 0; ///< a crop of (1 − cropScale … 1) of the image scaled back; depth is divided by the zoom
};

/// Batches in an order that depends on seed and epoch only, whatever the number of threads.
class Loader
{
public:
    Loader(std::shared_ptr<const Dataset> dataset, LoaderOptions options);
    ~Loader();

    std::int64_t batchesPerEpoch() const;

    /// Goes to batch `index` of `epoch`; the next call of `next` returns it. Exact resume needs no other state.
    void seek(std::int64_t epoch, std::int64_t index);

    /// The next batch; after an epoch's last comes the next epoch's first. Throws what Dataset::get threw.
    std::shared_ptr<const Batch> next();

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// The augmentation that the loader applies, for one sample; `random` decides.
void augment(Sample &sample, const DatasetInfo &info, const LoaderOptions &options, class Random random);

} // namespace concord
