#pragma once

#include "core/data/scenes/scene_room.h"

namespace concord {

/// A rendered room with its ground truth, row by row from the top left.
struct SceneImage
{
    std::vector<float> image;   ///< [3, H, W] RGB in 0 … 1
    std::vector<float> classes; ///< [H, W] SceneClass
    std::vector<float> depth;   ///< [1, H, W] metres along the optical axis, not along the ray
    std::vector<float> normals; ///< [3, H, W] unit, towards the camera; x right, y down, z ahead
};

/// The focal length in pixels: 0.8 of the longer side, so 64° across it. The principal point is the middle of the image.
float sceneFocal(std::int64_t height, std::int64_t width);

/// Ray casting. Truth is taken at pixel centres; colour is averaged over four rays where surfaces meet. `noise` is the standard
/// deviation of the sensor's noise in image values, drawn from `random`.
SceneImage renderScene(const SceneRoom &room, std::int64_t height, std::int64_t width, double noise, Random random);

} // namespace concord
