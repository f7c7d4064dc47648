#include "core/data/file/npy.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

namespace concord {

namespace {

class NpyReader
{
public:
    explicit NpyReader(const std::filesystem::path &file)
        : name_(file.string())
        , bytes_(readFile(file))
    {
    }

    NpyArray read()
    {
        readHeader();
        const std::string type = textAfter("'descr':", ",}");
        const std::string order = textAfter("'fortran_order':", ",}");
        if (order != "False")
            throw Error("{}: expected an array in C order ('fortran_order': False), found {}", name_, order);
        NpyArray array;
        readShape(array);
        if (type == "'<f4'")
            copy<float>(array);
        else if (type == "'<f8'")
            copy<double>(array);
        else if (type == "'|u1'" || type == "'|b1'")
            copy<std::uint8_t>(array);
        else if (type == "'|i1'")
            copy<std::int8_t>(array);
        else if (type == "'<u2'")
            copy<std::uint16_t>(array);
        else if (type == "'<i2'")
            copy<std::int16_t>(array);
        else if (type == "'<u4'")
            copy<std::uint32_t>(array);
        else if (type == "'<i4'")
            copy<std::int32_t>(array);
        else if (type == "'<u8'")
            copy<std::uint64_t>(array);
        else if (type == "'<i8'")
            copy<std::int64_t>(array);
        else
            throw Error("{}: expected little-endian numbers ('<f4', '<f8', '|u1', '<i8' …), found {}", name_, type);
        return array;
    }

private:
    std::uint64_t number(std::size_t at, std::size_t count) const
    {
        std::uint64_t value = 0;
        for (std::size_t i = 0; i < count; ++i)
            value |= std::uint64_t(std::uint8_t(bytes_[at + i])) << (8 * i);
        return value;
    }

    void readHeader()
    {
        using namespace std::string_view_literals;
        if (bytes_.size() < 10 || !bytes_.starts_with("\x93NUMPY"sv))
            throw Error("{}: expected a NumPy file that begins with \\x93NUMPY, found something else", name_);
        const int version = std::uint8_t(bytes_[6]);
        if (version < 1 || version > 3)
            throw Error("{}: expected a NumPy file of format 1 to 3, found {}", name_, version);
        const std::size_t width = version == 1 ? 2 : 4;
        if (bytes_.size() < 8 + width)
            throw Error("{}: expected the length of the header, found the end of the file", name_);
        const std::uint64_t length = number(8, width);
        start_ = 8 + width;
        if (length > bytes_.size() - start_)
            throw Error("{}: expected a header of {} bytes, found {}", name_, length, bytes_.size() - start_);
        header_ = bytes_.substr(start_, length);
        start_ += length;
    }

    /// What stands after a key, up to one of `ends`, without spaces.
    std::string textAfter(std::string_view key, std::string_view ends) const
    {
        const std::size_t at = header_.find(key);
        if (at == std::string::npos)
            throw Error("{}: expected a header with {} found none", name_, key);
        const std::size_t from = at + key.size();
        return trim(std::string_view(header_).substr(from, header_.find_first_of(ends, from) - from));
    }

    void readShape(NpyArray &array) const
    {
        const std::string text = textAfter("'shape':", ")");
        if (!text.starts_with('('))
            throw Error("{}: expected a shape in brackets, found '{}'", name_, text);
        for (const std::string &part : split(std::string_view(text).substr(1), ',')) {
            const std::string size = trim(part);
            if (size.empty())
                continue;
            std::int64_t value = -1;
            const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), value);
            if (error != std::errc() || end != size.data() + size.size() || value < 0)
                throw Error("{}: expected sizes as whole numbers, found '{}'", name_, size);
            array.shape.push_back(value);
        }
    }

    template<class T>
    void copy(NpyArray &array) const
    {
        const std::size_t found = bytes_.size() - start_;
        std::size_t count = 1;
        for (const std::int64_t size : array.shape)
            if (__builtin_mul_overflow(count, std::size_t(size), &count) || count > (std::size_t(1) << 40))
                throw Error("{}: expected an array that fits into memory, found the shape {}", name_, shapeText(array.shape));
        if (found != count * sizeof(T))
            throw Error("{}: expected {} bytes for the shape {}, found {}", name_, count * sizeof(T), shapeText(array.shape), found);
        array.values.reserve(count);
        for (std::size_t i = 0; i < count; ++i) {
            T value;
            std::memcpy(&value, bytes_.data() + start_ + i * sizeof(T), sizeof(T));
            array.values.push_back(float(value));
        }
    }

    std::string name_;
    std::string bytes_;
    std::string header_;
    std::size_t start_ = 0;
};

} // namespace

NpyArray readNpy(const std::filesystem::path &file)
{
    return NpyReader(file).read();
}

} // namespace concord
