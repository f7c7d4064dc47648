#pragma once

#include "core/base/random.h"
#include "core/data/scenes/scene_material.h"
#include "core/data/scenes/solid.h"

#include <string>
#include <vector>

namespace concord {

/// Class ids of the built-in scenes.
enum class SceneClass { floor, wall, ceiling, window, table, chair, sofa, shelf, lamp, box, sphere, cylinder };
const std::vector<std::string> &sceneClassNames();

/// One piece of furniture: some solids inside a bounding sphere.
struct ScenePiece
{
    SceneClass label = SceneClass::box;
    Vec3 centre = {};
    float radius = 0;
    std::size_t first = 0;
    std::size_t count = 0;
    bool castsShadow = true;
    float bulk = 0.5f; ///< how much of the sphere it fills, for the dark around its foot
};

/// A flat rectangle on one of the room's six planes: window, picture or rug.
struct ScenePatch
{
    int plane = 0;
    SceneClass label = SceneClass::wall;
    float left = 0;
    float right = 0;
    float low = 0;
    float high = 0;
    int material = 0;
    bool isUnit = true; ///< texture coordinates 0 … 1 instead of metres
};

/// x to the right, y up, z ahead; metres.
struct SceneCamera
{
    Vec3 position = {};
    Vec3 right = {};
    Vec3 down = {};
    Vec3 ahead = {};
};

/// A closed room from −size/2 to size/2 in x and z, and 0 to size.y. Planes: 0 floor, 1 ceiling, 2 and 3 the walls at −x and x, 4 and 5 at
/// −z and z; each has the material of its number.
struct SceneRoom
{
    Vec3 size = {};
    std::vector<SceneMaterial> materials = {};
    std::vector<Solid> solids = {};
    std::vector<ScenePiece> pieces = {};
    std::vector<ScenePatch> patches = {};
    SceneCamera camera = {};
    Vec3 light = {};
    Vec3 lightColour = {};
    Vec3 ambientColour = {};
    Vec3 windowCentre = {};
    Vec3 windowColour = {}; ///< zero without a window
    Vec3 windowFacing = {};
    float exposure = 1;
};

/// What a ray meets. Texture coordinates in metres, 0 … 1 on pictures and windows.
struct SceneHit
{
    float t = 0;
    Vec3 normal = {};
    float u = 0;
    float v = 0;
    SceneClass label = SceneClass::wall;
    int material = 0;
    int surface = 0; ///< equal for two rays that met the same smooth surface
    int piece = -1;  ///< −1 for the room itself
};

/// A furnished room, drawn from `random` alone.
SceneRoom makeSceneRoom(Random random);

SceneHit trace(const SceneRoom &room, Vec3 origin, Vec3 direction);

/// Does anything that casts shadows stand between the two points?
bool isShadowed(const SceneRoom &room, Vec3 from, Vec3 light);

} // namespace concord
