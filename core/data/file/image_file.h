#pragma once

#include <opencv2/core/mat.hpp>

#include <filesystem>

namespace concord {

/// An image file with all its channels and bits as they are (colour in OpenCV's order blue, green, red), or as 8-bit colour; a camera's note
/// to turn the image is not followed, as labels are drawn on the pixels as stored. A JPEG
/// or PNG file that ends early is an Error too: decoders would fill the rest with grey.
enum class ImageForm { asIs, colour };
cv::Mat readImageFile(const std::filesystem::path &file, ImageForm form);

/// May a file of this name be an image?
bool isImageName(const std::filesystem::path &file);

} // namespace concord
