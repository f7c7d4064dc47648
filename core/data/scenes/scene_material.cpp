#include "core/data/scenes/scene_material.h"

#include <algorithm>

namespace concord {

namespace {

std::int32_t cellOf(float x)
{
    const auto whole = std::int32_t(x);
    return whole - (x < float(whole));
}

/// Noise that is smooth between the cells of a unit grid.
float smoothNoise(float x, float y, std::uint32_t seed)
{
    const std::int32_t column = cellOf(x);
    const std::int32_t row = cellOf(y);
    float s = x - float(column);
    float t = y - float(row);
    s = s * s * (3 - 2 * s);
    t = t * t * (3 - 2 * t);
    const float above = cellNoise(column, row, seed) * (1 - s) + cellNoise(column + 1, row, seed) * s;
    const float below = cellNoise(column, row + 1, seed) * (1 - s) + cellNoise(column + 1, row + 1, seed) * s;
    return above * (1 - t) + below * t;
}

/// 1 for patterns of three pixels and more, 0 for those of one.
float visible(float period, float footprint)
{
    return std::clamp((period / footprint - 1) / 2, 0.0f, 1.0f);
}

Vec3 planksColour(const SceneMaterial &m, float u, float v, float footprint)
{
    const std::int32_t row = cellOf(v / m.scale);
    const float along = u / (m.scale * 7) + 3 * cellNoise(row, 7, m.seed);
    const float shade = cellNoise(cellOf(along), row, m.seed + 1);
    const float grain = smoothNoise(u * 4, v * 60, m.seed + 2) - 0.5f;
    const float across = v / m.scale - float(row);
    const float end = (along - float(cellOf(along))) * 7;
    const float see = visible(m.scale, footprint);
    const float gap = (across < 0.06f || end < 0.06f) ? 0.55f * see : 0;
    const Vec3 wood = mix(m.base, m.accent, 0.5f + (shade - 0.5f) * 0.9f * see);
    return wood * (1 + 0.35f * grain * visible(0.03f, footprint) - gap);
}

Vec3 tilesColour(const SceneMaterial &m, float u, float v, float footprint)
{
    const float see = visible(m.scale, footprint);
    const std::int32_t column = cellOf(u / m.scale);
    const std::int32_t row = cellOf(v / m.scale);
    const bool isGrout = u / m.scale - float(column) < 0.05f || v / m.scale - float(row) < 0.05f;
    const float shade = 1 + 0.16f * (cellNoise(column, row, m.seed) - 0.5f) * see + 0.1f * (smoothNoise(u * 6, v * 6, m.seed + 1) - 0.5f);
    return isGrout ? mix(m.base, m.accent, see) : m.base * shade;
}

Vec3 checkerColour(const SceneMaterial &m, float u, float v, float footprint)
{
    const bool isOdd = (cellOf(u / m.scale) + cellOf(v / m.scale)) & 1;
    return mix(m.base, m.accent, 0.5f + (isOdd ? 0.5f : -0.5f) * visible(m.scale, footprint));
}

Vec3 stripesColour(const SceneMaterial &m, float u, float footprint)
{
    const float across = u / m.scale - float(cellOf(u / m.scale));
    const float share = across < 0.5f ? 1.0f : 0.0f;
    return mix(m.base, m.accent, 0.5f + (share - 0.5f) * visible(m.scale, footprint));
}

Vec3 weaveColour(const SceneMaterial &m, float u, float v, float footprint)
{
    const float thread = cellNoise(cellOf(u / m.scale), cellOf(v / m.scale), m.seed) - 0.5f;
    const float patch = smoothNoise(u * 5, v * 5, m.seed + 1) - 0.5f;
    return mix(m.base, m.accent, std::clamp(0.5f + thread * visible(m.scale, footprint) + patch * 0.6f, 0.0f, 1.0f));
}

Vec3 woodColour(const SceneMaterial &m, float u, float v, float footprint)
{
    const float ring = smoothNoise(u * 1.5f, v * 9, m.seed);
    const float fine = smoothNoise(u * 5, v * 70, m.seed + 1) - 0.5f;
    return mix(m.base, m.accent, ring) * (1 + 0.3f * fine * visible(0.03f, footprint));
}

Vec3 marbleColour(const SceneMaterial &m, float u, float v)
{
    const float bend = smoothNoise(u * 6, v * 6, m.seed) + 0.5f * smoothNoise(u * 14, v * 14, m.seed + 1);
    const float vein = std::abs(smoothNoise(u * 5 + bend * 2, v * 5 - bend, m.seed + 2) - 0.5f) * 2;
    return mix(m.accent, m.base, std::min(1.0f, 0.25f + vein * 2.2f));
}

/// Spines of different heights, widths and colours standing on boards that are `scale` apart.
Vec3 booksColour(const SceneMaterial &m, float u, float v, float footprint)
{
    const std::int32_t board = cellOf(v / m.scale);
    const float up = v / m.scale - float(board);
    const std::int32_t spine = cellOf(u / 0.045f + 0.5f * smoothNoise(u * 20, float(board), m.seed));
    const float see = visible(0.045f, footprint);
    const Vec3 dark = m.base * 0.25f;
    if (up < 0.08f)
        return m.base;
    if (cellNoise(cellOf(u / 0.3f), board, m.seed + 5) < 0.25f)
        return dark; // an empty stretch
    const float height = 0.6f + 0.3f * cellNoise(spine, board, m.seed + 3) * see;
    if (up > height)
        return dark;
    const Vec3 cloth = hueColour(cellNoise(spine, board, m.seed), 0.65f, 0.25f + 0.6f * cellNoise(spine, board, m.seed + 1));
    return mix(mix(m.accent, dark, 0.3f), cloth, 0.35f + 0.65f * see);
}

Vec3 paintingColour(const SceneMaterial &m, float u, float v)
{
    if (std::min(std::min(u, 1 - u), std::min(v, 1 - v)) < 0.07f)
        return {0.05f, 0.035f, 0.025f};
    if (std::min(std::min(u, 1 - u), std::min(v, 1 - v)) < 0.16f)
        return {0.75f, 0.72f, 0.66f};
    const float hills = 0.45f + 0.35f * (smoothNoise(u * 3, 0, m.seed) - 0.5f);
    const float sun = std::hypot(u - 0.3f - 0.4f * cellNoise(1, 1, m.seed), v - 0.68f);
    if (sun < 0.1f)
        return {0.95f, 0.55f, 0.12f};
    return v < hills ? m.base * (0.6f + 0.8f * smoothNoise(u * 8, v * 8, m.seed + 1)) : mix(m.accent, Vec3{0.85f, 0.85f, 0.85f}, v * 0.5f);
}

Vec3 windowColour(const SceneMaterial &m, float u, float v)
{
    const float edge = std::min(std::min(u, 1 - u), std::min(v, 1 - v));
    if (edge < 0.06f || std::abs(u - 0.5f) < 0.025f || std::abs(v - 0.55f) < 0.02f)
        return Vec3{0.8f, 0.8f, 0.78f} * 0.45f;
    const float trees = 0.22f + 0.2f * smoothNoise(u * 7, 1, m.seed);
    return v < trees ? Vec3{0.1f, 0.2f, 0.07f} * (0.7f + 0.8f * smoothNoise(u * 20, v * 20, m.seed)) : mix(m.accent, m.base, v);
}

} // namespace

float cellNoise(std::int32_t x, std::int32_t y, std::uint32_t seed)
{
    std::uint32_t h = std::uint32_t(x) * 0x8da6b343u + std::uint32_t(y) * 0xd8163841u + seed * 0xcb1ab31fu;
    h = (h ^ (h >> 15)) * 0x2c1b3c6du;
    h = (h ^ (h >> 12)) * 0x297a2d39u;
    return float((h ^ (h >> 15)) >> 8) * 0x1p-24f;
}

Vec3 hueColour(float hue, float saturation, float value)
{
    const auto channel = [&](float shift) {
        const float h = hue + shift;
        const float ramp = std::clamp(std::abs((h - std::floor(h)) * 6 - 3) - 1, 0.0f, 1.0f);
        const float display = value * (1 + saturation * (ramp - 1));
        return display * display;
    };
    return {channel(0), channel(2.0f / 3), channel(1.0f / 3)};
}

Vec3 SceneMaterial::colour(float u, float v, float footprint) const
{
    switch (pattern) {
    case Pattern::plain:
        return base * (0.96f + 0.08f * smoothNoise(u * 3, v * 3, seed));
    case Pattern::planks:
        return planksColour(*this, u, v, footprint);
    case Pattern::tiles:
        return tilesColour(*this, u, v, footprint);
    case Pattern::stripes:
        return stripesColour(*this, u, footprint);
    case Pattern::checker:
        return checkerColour(*this, u, v, footprint);
    case Pattern::weave:
        return weaveColour(*this, u, v, footprint);
    case Pattern::wood:
        return woodColour(*this, u, v, footprint);
    case Pattern::marble:
        return marbleColour(*this, u, v);
    case Pattern::books:
        return booksColour(*this, u, v, footprint);
    case Pattern::painting:
        return paintingColour(*this, u, v);
    case Pattern::window:
        return windowColour(*this, u, v);
    }
    return base;
}

} // namespace concord
