#pragma once

#include "core/data/box.h"
#include "core/data/scenes/scene_room.h"

namespace concord {

/// A rendered room with its ground truth, row by row from the top left.
struct SceneImage
{
    std::vector<float> image;   ///< [3, H, W] RGB in 0 … 1
    std::vector<float> classes; ///< [H, W] SceneClass
    std::vector<float> depth;   ///< [1, H, W] metres along the optical axis, not along the ray
    std::vector<float> normals; ///< [3, H, W] unit, towards the camera; x right, y down, z ahead
    std::vector<int> pieces;    ///< [H, W] index of the piece of furniture, −1 for the room itself
};

/// The focal length in pixels: 0.8 of the longer side, so 64° across it. The principal point is the middle of the image.
float sceneFocal(std::int64_t height, std::int64_t width);

/// Ray casting. Truth is taken at pixel centres; colour is averaged over four rays where surfaces meet. `noise` is the standard
/// deviation of the sensor's noise in image values, drawn from `random`.
SceneImage renderScene(const SceneRoom &room, std::int64_t height, std::int64_t width, double noise, Random random);

/// The classes of boxes, as their ids go: pieces of furniture, from the table to the cylinder.
std::vector<std::string> sceneObjectNames();

/// The box around what is seen of each piece of furniture, the largest first. Those of fewer than one in 500 pixels are too small to count.
std::vector<ScoredBox> sceneBoxes(const SceneRoom &room, const SceneImage &image, std::int64_t height, std::int64_t width);

} // namespace concord
