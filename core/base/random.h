#pragma once

#include <cstdint>
#include <vector>

namespace concord {

/// A small random stream made from a seed and any number of coordinates (epoch, index …). Equal coordinates give
/// equal numbers on every machine and thread, so nothing depends on the order of access. (SplitMix64, Steele et al. 2014.)
class Random
{
public:
    explicit Random(std::uint64_t seed, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0);

    std::uint64_t bits();
    double uniform();                               ///< in [0, 1)
    double uniform(double low, double high);
    double normal();                                ///< mean 0, variance 1
    std::uint64_t below(std::uint64_t count);       ///< in 0 … count − 1, without bias
    bool chance(double probability) { return uniform() < probability; }

    std::uint64_t state() const { return state_; }
    void setState(std::uint64_t state) { state_ = state; }

private:
    std::uint64_t state_;
};

/// 0 … count − 1 in random order (Fisher–Yates).
std::vector<std::int64_t> permutation(std::int64_t count, Random random);

} // namespace concord
