#include "core/objective/host.h"

#include "core/base/error.h"
#include "core/objective/known.h"

#include <limits>

namespace concord {

HostLabels::HostLabels(const at::Tensor &label, const at::Tensor &presentFlags, std::int64_t channelCount)
    : storage(hostFloats(label))
    , values(storage.data_ptr<float>())
    , samples(label.size(0))
    , channels(channelCount)
{
    const std::int64_t perSample = samples > 0 ? label.numel() / samples : 0;
    if (channels < 1 || perSample % channels != 0)
        throw Error("expected a label of {} channels, found {} values for each sample", channels, perSample);
    pixels = perSample / channels;
    const at::Tensor flags = presentFlags.to(at::TensorOptions(at::kCPU).dtype(at::kBool)).contiguous();
    if (flags.numel() != samples)
        throw Error("expected {} flags for {} labels, found {}", samples, samples, flags.numel());
    present.assign(flags.data_ptr<bool>(), flags.data_ptr<bool>() + samples);
}

HostPrediction::HostPrediction(const at::Tensor &prediction, const HostLabels &labels)
    : storage(hostFloats(prediction))
    , values(storage.data_ptr<float>())
    , stride(labels.channels * labels.pixels)
{
    if (storage.numel() != labels.samples * stride)
        throw Error("expected a prediction of {} values for {} labels, found {}", labels.samples * stride, labels.samples, storage.numel());
}

double percent(double part, double whole)
{
    return whole > 0 ? 100 * part / whole : std::numeric_limits<double>::quiet_NaN();
}

} // namespace concord
