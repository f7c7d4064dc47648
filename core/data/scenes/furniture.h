#pragma once

#include "core/data/scenes/scene_room.h"

namespace concord {

/// The colours and materials that one room's furniture has in common.
struct SceneStyle
{
    explicit SceneStyle(Random &random);

    float hue = 0;    ///< of the walls
    float accent = 0; ///< of sofas, rugs and curtains
    Vec3 darkWood = {};
    Vec3 lightWood = {};
};

/// Adds furniture to a room. A piece stands at (x, z) on `floor` and is turned so that its back shows to its own +z.
class Furniture
{
public:
    Furniture(SceneRoom &room, Random &random, const SceneStyle &style);

    struct Spot
    {
        float x = 0;
        float z = 0;
        float yaw = 0;
        float floor = 0;
    };

    /// Returns the height of its top and half its smaller side.
    struct Top
    {
        float height = 0;
        float radius = 0;
    };
    Top table(Spot spot, bool isRound);
    void chair(Spot spot);
    void sofa(Spot spot, float width);
    void shelf(Spot spot, float width, float height);
    void box(Spot spot, float size);
    void sphere(Spot spot, float radius);
    void cylinder(Spot spot, float radius, float height);
    /// These return the place of their bulb.
    Vec3 floorLamp(Spot spot);
    Vec3 tableLamp(Spot spot);
    Vec3 pendant(Spot spot);
    Vec3 ceilingLamp(Spot spot);

    int material(SceneMaterial material);
    SceneMaterial wood();
    SceneMaterial cloth(float hue);
    SceneMaterial paint(float hue);

private:
    using Form = Solid::Form;
    using Pattern = SceneMaterial::Pattern;

    void begin(SceneClass label, Spot spot, float bulk);
    void add(Form form, Vec3 offset, Vec3 half, int material);
    void end(bool castsShadow = true);
    int shadeMaterial();

    SceneRoom &room_;
    Random &random_;
    const SceneStyle &style_;
    Spot spot_ = {};
    float cosYaw_ = 1;
    float sinYaw_ = 0;
};

} // namespace concord
