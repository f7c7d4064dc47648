#include "core/base/random.h"

#include <cmath>
#include <numbers>
#include <numeric>

namespace concord {

namespace {

std::uint64_t mix(std::uint64_t z)
{
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

} // namespace

Random::Random(std::uint64_t seed, std::uint64_t a, std::uint64_t b, std::uint64_t c)
    : state_(mix(mix(mix(mix(seed + 0x9e3779b97f4a7c15u) + a) + b * 0xd1b54a32d192ed03u) + c * 0x8cb92ba72f3d8dd7u))
{
}

std::uint64_t Random::bits()
{
    state_ += 0x9e3779b97f4a7c15u;
    return mix(state_);
}

double Random::uniform()
{
    return double(bits() >> 11) * 0x1p-53;
}

double Random::uniform(double low, double high)
{
    return low + (high - low) * uniform();
}

double Random::normal()
{
    // Box–Muller without keeping the second number, so that the state is one integer.
    const double radius = std::sqrt(-2 * std::log1p(-uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

std::uint64_t Random::below(std::uint64_t count)
{
    const std::uint64_t limit = count * (~std::uint64_t(0) / count);
    std::uint64_t value = bits();
    while (value >= limit)
        value = bits();
    return value % count;
}

std::vector<std::int64_t> permutation(std::int64_t count, Random random)
{
    std::vector<std::int64_t> order(static_cast<std::size_t>(count));
    std::iota(order.begin(), order.end(), 0);
    for (std::int64_t i = count - 1; i > 0; --i)
        std::swap(order[std::size_t(i)], order[std::size_t(random.below(std::uint64_t(i) + 1))]);
    return order;
}

} // namespace concord
