#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace concord {

/// SHA-256 (FIPS 180-4) of bytes that arrive in pieces, for files larger than memory.
class Sha256
{
public:
    void add(std::string_view bytes);

    /// The digest of all bytes so far in lower-case hex; more may be added afterwards.
    std::string hex() const;

private:
    void addBlock(const unsigned char *block);

    std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
    std::array<unsigned char, 64> pending_ = {};
    std::uint64_t count_ = 0;
};

std::string sha256(std::string_view bytes);

} // namespace concord
