#pragma once

#include "core/data/scenes/vec3.h"

#include <cstdint>

namespace concord {

/// The look of a surface: a procedural pattern of two linear colours.
struct SceneMaterial
{
    enum class Pattern { plain, planks, tiles, stripes, checker, weave, wood, marble, books, painting, window };

    Vec3 base = {};
    Vec3 accent = {};
    Pattern pattern = Pattern::plain;
    float scale = 0.1f; ///< size of one plank, tile, stripe … in metres
    float gloss = 0;    ///< strength of the highlight
    float glow = 0;     ///< light that it gives by itself, per unit of colour
    std::uint32_t seed = 0;

    /// The colour at u, v (metres; 0 … 1 for painting and window). What is finer than `footprint`, the size of a pixel there,
    /// fades to its mean, so that distant patterns do not alias.
    Vec3 colour(float u, float v, float footprint) const;
};

/// A linear colour from hue, saturation and value, all 0 … 1.
Vec3 hueColour(float hue, float saturation, float value);

/// A fixed random number in 0 … 1 for a grid cell.
float cellNoise(std::int32_t x, std::int32_t y, std::uint32_t seed);

} // namespace concord
