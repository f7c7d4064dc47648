#include "core/data/file/image_file.h"

#include "core/base/error.h"
#include "core/base/file.h"

#include <opencv2/imgcodecs.hpp>

#include <algorithm>
#include <array>
#include <cctype>

namespace concord {

namespace {

/// After the start of the scan an end marker must come: inside coded data FF is always followed by 00 or a restart marker.
bool isWholeJpeg(const std::string &bytes)
{
    std::size_t at = 2;
    while (at + 4 <= bytes.size() && std::uint8_t(bytes[at]) == 0xff) {
        const auto marker = std::uint8_t(bytes[at + 1]);
        if (marker == 0xda)
            return bytes.find("\xff\xd9", at) != std::string::npos;
        at += marker == 0xff ? 1 : 2 + (std::size_t(std::uint8_t(bytes[at + 2])) << 8) + std::uint8_t(bytes[at + 3]);
    }
    return false;
}

} // namespace

cv::Mat readImageFile(const std::filesystem::path &file, ImageForm form)
{
    using namespace std::string_literals;
    const std::string bytes = readFile(file);
    if (bytes.empty())
        throw Error("{}: expected an image, found an empty file", file.string());
    const bool isJpeg = bytes.starts_with("\xff\xd8");
    const bool isPng = bytes.starts_with("\x89PNG");
    if ((isJpeg && !isWholeJpeg(bytes)) || (isPng && bytes.find("IEND"s) == std::string::npos))
        throw Error("{}: expected a whole {} image, found one that ends early after {} bytes", file.string(), isJpeg ? "JPEG" : "PNG", bytes.size());
    cv::Mat image;
    try {
        const cv::Mat raw(1, int(bytes.size()), CV_8UC1, const_cast<char *>(bytes.data()));
        image = cv::imdecode(raw, form == ImageForm::colour ? int(cv::IMREAD_COLOR) | int(cv::IMREAD_IGNORE_ORIENTATION) : int(cv::IMREAD_UNCHANGED));
    } catch (const cv::Exception &error) {
        throw Error("{}: expected an image that can be decoded, found '{}'", file.string(), error.err);
    }
    if (image.empty())
        throw Error("{}: expected an image that can be decoded, found damaged or unknown data of {} bytes", file.string(), bytes.size());
    return image;
}

bool isImageName(const std::filesystem::path &file)
{
    static constexpr std::array endings = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp", ".ppm", ".pgm"};
    std::string ending = file.extension().string();
    std::ranges::transform(ending, ending.begin(), [](unsigned char c) { return char(std::tolower(c)); });
    return std::ranges::find(endings, ending) != endings.end();
}

} // namespace concord
