#pragma once

#include <cstdint>
#include <vector>

namespace concord {

/// 1 where a pixel of a class map has one of its four neighbours in another class, else 0; −1 (unknown) for pixels of class
/// `ignore`. A border with ignored pixels is no edge.
std::vector<float> semanticEdges(const std::vector<float> &classes, std::int64_t height, std::int64_t width, std::int64_t ignore);

} // namespace concord
