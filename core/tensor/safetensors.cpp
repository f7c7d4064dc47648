#include "core/tensor/safetensors.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/text.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <fstream>
#include <set>

namespace concord {

namespace {

static_assert(std::endian::native == std::endian::little, "the format is little-endian and is copied as it is");

using nlohmann::json;

struct StoredType
{
    const char *name;
    at::ScalarType type;
};

constexpr std::array<StoredType, 10> storedTypes = {{{"F64", at::kDouble},
                                                     {"F32", at::kFloat},
                                                     {"F16", at::kHalf},
                                                     {"BF16", at::kBFloat16},
                                                     {"I64", at::kLong},
                                                     {"I32", at::kInt},
                                                     {"I16", at::kShort},
                                                     {"I8", at::kChar},
                                                     {"U8", at::kByte},
                                                     {"BOOL", at::kBool}}};

constexpr const char *metadataKey = "__metadata__";

/// Reads one file. Everything is checked against its size before anything is allocated for it.
class SafetensorsReader
{
public:
    explicit SafetensorsReader(const std::filesystem::path &file)
        : file_(file.string())
        , stream_(file, std::ios::binary)
    {
        std::error_code code;
        size_ = std::filesystem::is_regular_file(file, code) ? std::filesystem::file_size(file, code) : 0;
        if (!stream_ || code || !std::filesystem::is_regular_file(file, code))
            throw Error("{}: expected a safetensors file that can be read, found none", file_);
    }

    Safetensors read()
    {
        const json header = readHeader();
        dataSize_ = size_ - dataStart_;
        Safetensors result;
        for (const auto &[name, entry] : header.items()) {
            if (name == metadataKey)
                result.metadata = metadata(entry);
            else
                ranges_.push_back(range(name, entry));
        }
        checkLayout();
        for (const Range &range : ranges_)
            result.tensors.emplace(range.name, tensor(range));
        return result;
    }

private:
    struct Range
    {
        std::string name;
        at::ScalarType type;
        std::vector<std::int64_t> shape;
        std::uint64_t begin = 0;
        std::uint64_t end = 0;
    };

    json readHeader()
    {
        std::uint64_t length = 0;
        if (size_ < sizeof length)
            throw Error("{}: expected a safetensors file of at least 8 bytes, found {}", file_, size_);
        readBytes(&length, sizeof length);
        if (length > size_ - sizeof length)
            throw Error("{}: expected a header of at most the {} bytes that follow, found a length of {}", file_, size_ - sizeof length, length);
        std::string text(length, '\0');
        readBytes(text.data(), length);
        dataStart_ = sizeof length + length;
        return parse(text);
    }

    json parse(const std::string &text) const
    {
        std::set<std::string> names;
        // {"name": {"shape": [1]}} is as deep as a header goes. JSON lets names repeat and the last one win; here that is damage.
        const json::parser_callback_t watch = [&](int depth, json::parse_event_t event, const json &parsed) {
            if (depth > 3)
                throw Error("{}: expected a header three levels deep, found more", file_);
            if (event == json::parse_event_t::key && depth == 1 && !names.insert(parsed.get<std::string>()).second)
                throw Error("{}: expected each name once, found '{}' again", file_, parsed.get<std::string>());
            return true;
        };
        json header;
        try {
            header = json::parse(text, watch);
        } catch (const json::exception &) {
            throw Error("{}: expected a header in JSON, found something else", file_);
        }
        if (!header.is_object())
            throw Error("{}: expected a header that is a JSON object, found {}", file_, header.type_name());
        return header;
    }

    std::map<std::string, std::string> metadata(const json &entry) const
    {
        std::map<std::string, std::string> result;
        if (!entry.is_object())
            throw Error("{}: expected metadata that is a JSON object, found {}", file_, entry.type_name());
        for (const auto &[name, value] : entry.items()) {
            if (!value.is_string())
                throw Error("{}: metadata '{}': expected a text, found {}", file_, name, value.type_name());
            result[name] = value.get<std::string>();
        }
        return result;
    }

    Range range(const std::string &name, const json &entry) const
    {
        if (!entry.is_object() || entry.size() != 3 || !entry.contains("dtype") || !entry.contains("shape") || !entry.contains("data_offsets"))
            throw Error("{}: tensor '{}': expected dtype, shape and data_offsets, found something else", file_, name);
        Range range{.name = name, .type = type(name, entry["dtype"]), .shape = {}};
        const std::vector<std::uint64_t> offsets = numbers(name, "data_offsets", entry["data_offsets"]);
        if (offsets.size() != 2 || offsets[0] > offsets[1] || offsets[1] > dataSize_)
            throw Error("{}: tensor '{}': expected data_offsets [begin, end] within {} bytes, found {}", file_, name, dataSize_,
                        entry["data_offsets"].dump());
        range.begin = offsets[0];
        range.end = offsets[1];
        const std::uint64_t bytes = byteCount(name, entry["shape"], range);
        if (bytes != range.end - range.begin)
            throw Error("{}: tensor '{}': expected {} bytes for its shape, found {}", file_, name, bytes, range.end - range.begin);
        return range;
    }

    at::ScalarType type(const std::string &name, const json &entry) const
    {
        const std::string found = entry.is_string() ? entry.get<std::string>() : std::string(entry.type_name());
        const auto it = std::ranges::find_if(storedTypes, [&](const StoredType &stored) { return found == stored.name; });
        if (it == storedTypes.end()) {
            std::vector<std::string> known;
            for (const StoredType &stored : storedTypes)
                known.emplace_back(stored.name);
            throw Error("{}: tensor '{}': expected a dtype of {}, found '{}'", file_, name, join(known, ", "), found);
        }
        return it->type;
    }

    std::vector<std::uint64_t> numbers(const std::string &name, const char *what, const json &entry) const
    {
        constexpr std::size_t most = 32;
        const auto isWhole = [](const json &number) { return number.is_number_unsigned(); };
        if (!entry.is_array() || entry.size() > most || !std::ranges::all_of(entry, isWhole))
            throw Error("{}: tensor '{}': expected {} that is a list of at most {} whole numbers, found something else", file_, name, what, most);
        return entry.get<std::vector<std::uint64_t>>();
    }

    std::uint64_t byteCount(const std::string &name, const json &entry, Range &range) const
    {
        std::uint64_t bytes = c10::elementSize(range.type);
        std::uint64_t strides = bytes;   // grows like the product of the sizes but is not stopped by a zero: ATen multiplies these too
        for (const std::uint64_t size : numbers(name, "shape", entry)) {
            if (size > 0 && strides > std::uint64_t(std::numeric_limits<std::int64_t>::max()) / size)
                throw Error("{}: tensor '{}': expected a shape of at most {} bytes, found {}", file_, name, dataSize_, entry.dump());
            bytes *= size;
            strides *= std::max<std::uint64_t>(size, 1);
            range.shape.push_back(std::int64_t(size));
        }
        return bytes;
    }

    /// The tensors must fill the data without gaps or overlaps, so that nothing can hide in a file.
    void checkLayout()
    {
        std::ranges::sort(ranges_, {}, [](const Range &range) { return std::pair(range.begin, range.end); });
        std::uint64_t expected = 0;
        for (const Range &range : ranges_) {
            if (range.begin != expected)
                throw Error("{}: tensor '{}': expected its data at byte {}, found {}", file_, range.name, expected, range.begin);
            expected = range.end;
        }
        if (expected != dataSize_)
            throw Error("{}: expected {} bytes of data, found {}", file_, expected, dataSize_);
    }

    at::Tensor tensor(const Range &range)
    {
        const at::Tensor tensor = at::empty(range.shape, range.type);
        const std::size_t bytes = range.end - range.begin;
        stream_.seekg(std::streamoff(dataStart_ + range.begin));
        readBytes(tensor.data_ptr(), bytes);
        // A flag stored as 2 would be neither true nor false in memory.
        if (range.type == at::kBool)
            for (auto *byte = static_cast<std::uint8_t *>(tensor.data_ptr()), *last = byte + bytes; byte != last; ++byte)
                *byte = *byte != 0;
        return tensor;
    }

    void readBytes(void *target, std::size_t count)
    {
        if (count > 0 && !stream_.read(static_cast<char *>(target), std::streamsize(count)))
            throw Error("{}: expected {} more bytes, found {}", file_, count, stream_.gcount());
    }

    std::string file_;
    std::ifstream stream_;
    std::uint64_t size_ = 0;
    std::uint64_t dataStart_ = 0;
    std::uint64_t dataSize_ = 0;
    std::vector<Range> ranges_;
};

const char *storedName(const std::filesystem::path &file, const std::string &name, const at::Tensor &tensor)
{
    for (const StoredType &stored : storedTypes)
        if (tensor.defined() && stored.type == tensor.scalar_type())
            return stored.name;
    throw Error("{}: tensor '{}': expected numbers that safetensors can hold, found {}", file.string(), name,
                tensor.defined() ? c10::toString(tensor.scalar_type()) : "no tensor");
}

} // namespace

void saveSafetensors(const std::filesystem::path &file, const NamedTensors &tensors, const std::map<std::string, std::string> &metadata)
{
    // Widest numbers first, then by name, as the format's own library does: each tensor then lies at a multiple of its number's size.
    NamedTensors sorted = tensors;
    std::ranges::stable_sort(sorted, [](const auto &a, const auto &b) {
        const auto width = [](const at::Tensor &t) { return t.defined() ? t.element_size() : 0; };
        return std::pair(-std::int64_t(width(a.second)), a.first) < std::pair(-std::int64_t(width(b.second)), b.first);
    });
    json header = json::object();
    if (!metadata.empty())
        header[metadataKey] = metadata;
    std::uint64_t size = 0;
    for (auto &[name, tensor] : sorted) {
        const char *type = storedName(file, name, tensor);
        if (header.contains(name) || name == metadataKey)
            throw Error("{}: expected each tensor's name once and none called {}, found '{}'", file.string(), metadataKey, name);
        header[name] = {{"dtype", type}, {"shape", tensor.sizes().vec()}, {"data_offsets", {size, size + tensor.nbytes()}}};
        size += tensor.nbytes();
    }
    std::string text;
    try {
        text = header.dump();
    } catch (const json::exception &) {
        throw Error("{}: expected names and metadata in UTF-8, found other bytes", file.string());
    }
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();
    std::string bytes(sizeof length + text.size() + size, '\0');
    std::memcpy(bytes.data(), &length, sizeof length);
    std::memcpy(bytes.data() + sizeof length, text.data(), text.size());
    char *next = bytes.data() + sizeof length + text.size();
    for (const auto &[name, tensor] : sorted) {
        const at::Tensor host = tensor.detach().to(at::kCPU).contiguous();
        if (host.nbytes() > 0)
            std::memcpy(next, host.data_ptr(), host.nbytes());
        next += host.nbytes();
    }
    writeFileAtomically(file, bytes);
}

Safetensors loadSafetensors(const std::filesystem::path &file)
{
    return SafetensorsReader(file).read();
}

} // namespace concord
