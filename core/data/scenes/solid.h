#pragma once

#include "core/data/scenes/vec3.h"

#include <cstdint>

namespace concord {

/// The three forms that furniture is made of. Boxes may be turned about the vertical; cylinders and cones are upright frustums.
struct Solid
{
    enum class Form : std::uint8_t { box, sphere, frustum };

    Form form = Form::box;
    Vec3 centre = {};
    Vec3 half = {}; ///< box: half sizes · sphere: x the radius · frustum: x and z the radii below and above, y half the height
    float cosYaw = 1;
    float sinYaw = 0;
    int material = 0;

    Vec3 toLocal(Vec3 v) const { return {cosYaw * v.x - sinYaw * v.z, v.y, sinYaw * v.x + cosYaw * v.z}; }
    Vec3 toWorld(Vec3 v) const { return {cosYaw * v.x + sinYaw * v.z, v.y, cosYaw * v.z - sinYaw * v.x}; }

    /// Radius of the sphere around `centre` that holds the solid.
    float reach() const;

    /// The first t in (0, limit) at which origin + t · direction meets the surface from outside, or `limit`. `normal` (world, unit)
    /// is set on a hit.
    float meet(Vec3 origin, Vec3 direction, float limit, Vec3 &normal) const;
};

} // namespace concord
