#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace concord {

/// Where the smallest and the largest value of each bucket of 4, 16, 64 … values are, so that a curve of a million points is drawn
/// from a few thousand of them and no spike is lost. Values come one by one; each costs constant time.
class MinMaxPyramid
{
public:
    void clear();
    void append(double value);
    std::size_t size() const { return values_.size(); }
    std::span<const double> values() const { return values_; }

    /// Indices, rising, of at most about `budget` values of [from, to) that show their shape: every one if there are no more than
    /// that, else the smallest and the largest of equal buckets. What is not finite comes out only where all of a bucket is not.
    std::vector<std::size_t> outline(std::size_t from, std::size_t to, std::size_t budget) const;

    struct Range
    {
        double low;
        double high;
    };
    /// Over the finite values of [from, to); low > high when there is none.
    Range range(std::size_t from, std::size_t to) const;

private:
    struct Bucket
    {
        std::size_t low;
        std::size_t high;
    };
    Bucket single(std::size_t index) const { return {index, index}; }
    Bucket merged(const Bucket &a, const Bucket &b) const;
    template<class Use>
    void cover(std::size_t from, std::size_t to, std::size_t level, const Use &use) const;

    static constexpr std::size_t fan = 4;
    std::vector<double> values_;
    std::vector<std::vector<Bucket>> levels_;   ///< levels_[k]: full buckets of fan^(k+1) values
};

} // namespace concord
