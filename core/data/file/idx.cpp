#include "core/data/file/idx.h"

#include "core/base/error.h"
#include "core/base/text.h"

#include <zlib.h>

#include <algorithm>
#include <memory>

namespace concord {

namespace {

constexpr std::int64_t idxLimit = std::int64_t(1) << 32; // bytes; more is taken for a damaged header

/// Reads gzip and plain files alike.
class IdxStream
{
public:
    explicit IdxStream(const std::filesystem::path &file)
        : file_(file)
        , stream_(std::filesystem::is_regular_file(file) ? gzopen(file.c_str(), "rb") : nullptr)
    {
        if (!stream_)
            throw Error("{}: expected an idx file, found none that can be read", file.string());
    }

    /// Up to `count` bytes; fewer at the end of the file. Memory grows with what is there, not with what a header claims.
    std::vector<std::uint8_t> read(std::int64_t count)
    {
        std::vector<std::uint8_t> bytes;
        while (std::int64_t(bytes.size()) < count) {
            const std::size_t old = bytes.size();
            const auto wanted = unsigned(std::min<std::int64_t>(count - std::int64_t(old), 1 << 20));
            bytes.resize(old + wanted);
            const int got = gzread(stream_.get(), bytes.data() + old, wanted);
            if (got < 0) {
                int code = 0;
                throw Error("{}: expected whole gzip data, found damage ({})", file_.string(), gzerror(stream_.get(), &code));
            }
            bytes.resize(old + std::size_t(got));
            if (got == 0)
                break;
        }
        return bytes;
    }

private:
    struct Close
    {
        void operator()(gzFile_s *stream) const { gzclose(stream); }
    };

    std::filesystem::path file_;
    std::unique_ptr<gzFile_s, Close> stream_;
};

} // namespace

IdxArray readIdx(const std::filesystem::path &file, std::size_t rank)
{
    IdxStream stream(file);
    const std::string name = file.string();
    const std::vector<std::uint8_t> magic = stream.read(4);
    if (magic.size() < 4)
        throw Error("{}: expected the 4 bytes of an idx header, found {}", name, magic.size());
    if (magic[0] != 0 || magic[1] != 0 || magic[2] != 8 || magic[3] != rank)
        throw Error("{}: expected an idx file of bytes with {} sizes (magic 00 00 08 {:02x}), found {:02x} {:02x} {:02x} {:02x}", name, rank, rank, magic[0],
                    magic[1], magic[2], magic[3]);
    const std::vector<std::uint8_t> sizes = stream.read(std::int64_t(4 * rank));
    if (sizes.size() < 4 * rank)
        throw Error("{}: expected {} bytes of sizes, found {}", name, 4 * rank, sizes.size());
    IdxArray array;
    std::int64_t count = 1;
    for (std::size_t i = 0; i < rank; ++i) {
        const std::uint8_t *b = sizes.data() + 4 * i;
        array.shape.push_back(std::int64_t(b[0]) << 24 | std::int64_t(b[1]) << 16 | std::int64_t(b[2]) << 8 | b[3]);
        count = std::min(idxLimit + 1, count * array.shape.back());
        if (count > idxLimit)
            throw Error("{}: expected at most 4 GiB of values, found the sizes {}", name, shapeText(array.shape));
    }
    array.values = stream.read(count + 1);
    if (std::int64_t(array.values.size()) != count)
        throw Error("{}: expected {} values for the sizes {}, found {}", name, count, shapeText(array.shape),
                    std::int64_t(array.values.size()) < count ? std::to_string(array.values.size()) : "more");
    return array;
}

} // namespace concord
