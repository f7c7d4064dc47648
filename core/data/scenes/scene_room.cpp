#include "core/data/scenes/scene_room.h"

#include "core/data/scenes/furniture.h"

#include <algorithm>
#include <numbers>
#include <optional>

namespace concord {

namespace {

/// Decides where everything stands: the camera first, then what it should see.
class RoomLayout
{
public:
    explicit RoomLayout(Random random)
        : random_(random)
        , style_(random_)
        , furniture_(room_, random_, style_)
    {
    }

    SceneRoom make()
    {
        room_.size = {number(3.2, 5.6), number(2.35, 2.9), number(3.8, 6.4)};
        paintPlanes();
        placeCamera();
        hangOnWalls();
        furnish();
        placeLamps();
        return std::move(room_);
    }

private:
    using Pattern = SceneMaterial::Pattern;

    struct Circle
    {
        float x;
        float z;
        float radius;
    };

    float number(double low, double high) { return float(random_.uniform(low, high)); }

    void paintPlanes()
    {
        const Vec3 light = hueColour(style_.hue, number(0.03, 0.26), number(0.76, 0.96));
        SceneMaterial wall{.base = light, .accent = light * number(0.72, 0.9), .scale = number(0.15, 0.4)};
        if (random_.chance(0.3))
            wall.pattern = Pattern::stripes;
        else if (random_.chance(0.15))
            wall.pattern = Pattern::tiles;
        SceneMaterial feature = wall;
        if (random_.chance(0.35))
            feature = {.base = hueColour(style_.accent, number(0.15, 0.42), number(0.5, 0.82))};
        furniture_.material(floorMaterial());
        furniture_.material({.base = {0.82f, 0.81f, 0.79f}});
        for (int plane = 2; plane < 5; ++plane)
            furniture_.material(wall);
        furniture_.material(feature);
    }

    SceneMaterial floorMaterial()
    {
        switch (random_.below(5)) {
        case 0:
            return {.base = hueColour(style_.hue + 0.5f, 0.12f, number(0.5, 0.8)),
                    .accent = {0.2f, 0.19f, 0.18f},
                    .pattern = Pattern::tiles,
                    .scale = number(0.3, 0.5),
                    .gloss = 0.2f};
        case 1:
            return {.base = {0.62f, 0.6f, 0.56f},
                    .accent = hueColour(style_.accent, 0.3f, 0.35f),
                    .pattern = Pattern::checker,
                    .scale = number(0.3, 0.5),
                    .gloss = 0.2f};
        case 2:
            return furniture_.cloth(style_.hue + 0.5f);
        default: {
            const float tone = number(0.055, 0.095);
            const float value = number(0.4, 0.75);
            return {.base = hueColour(tone, 0.6f, value * 0.72f),
                    .accent = hueColour(tone + 0.02f, 0.5f, value),
                    .pattern = Pattern::planks,
                    .scale = number(0.1, 0.2),
                    .gloss = 0.12f};
        }
        }
    }

    void placeCamera()
    {
        const Vec3 size = room_.size;
        const Vec3 position{number(-0.36, 0.36) * size.x, number(1.15, 1.75), -size.z / 2 + number(0.25, 0.7)};
        const Vec3 target{number(-0.28, 0.28) * size.x, number(0.35, 1.05), number(0.05, 0.4) * size.z};
        const Vec3 ahead = normalized(target - position);
        const float roll = number(-0.05, 0.05);
        const Vec3 level = normalized({ahead.z, 0, -ahead.x});
        const Vec3 upright{level.y * ahead.z - level.z * ahead.y, level.z * ahead.x - level.x * ahead.z, level.x * ahead.y - level.y * ahead.x};
        room_.camera.position = position;
        room_.camera.ahead = ahead;
        room_.camera.right = level * std::cos(roll) + upright * std::sin(roll);
        room_.camera.down = upright * std::cos(roll) - level * std::sin(roll);
    }

    /// Half the length of a wall.
    float halfOf(int plane) const { return (plane < 4 ? room_.size.z : room_.size.x) / 2; }

    void patch(int plane, SceneClass label, float width, float height, float low, const SceneMaterial &look)
    {
        const float half = halfOf(plane);
        const float start = plane < 4 ? -half * 0.3f : -half + 0.2f; // on side walls only where the camera may look
        const float left = number(start, std::max(start, half - 0.2f - width));
        const ScenePatch patch{
            .plane = plane, .label = label, .left = left, .right = left + width, .low = low, .high = low + height, .material = int(room_.materials.size())};
        for (const ScenePatch &other : room_.patches)
            if (other.plane == plane && patch.left < other.right + 0.1f && other.left < patch.right + 0.1f)
                return;
        furniture_.material(look);
        room_.patches.push_back(patch);
    }

    void hangOnWalls()
    {
        static constexpr int walls[] = {5, 5, 2, 3};
        if (random_.chance(0.7)) {
            const int plane = walls[random_.below(4)];
            const bool isNight = random_.chance(0.15);
            const Vec3 high = isNight ? Vec3{0.01f, 0.02f, 0.06f} : Vec3{0.3f, 0.5f, 0.85f};
            const Vec3 low = isNight ? Vec3{0.04f, 0.04f, 0.08f} : Vec3{0.85f, 0.85f, 0.8f};
            const float width = number(0.8, 1.5);
            patch(plane, SceneClass::window, width, number(0.9, 1.25), number(0.85, 1.0),
                  {.base = high, .accent = low, .pattern = Pattern::window, .glow = isNight ? 0.2f : 1.2f});
            const ScenePatch &window = room_.patches.back();
            const float middle = (window.left + window.right) / 2;
            const float height = (window.low + window.high) / 2;
            room_.windowFacing = {plane == 2 ? 1.0f : plane == 3 ? -1.0f : 0, 0, plane == 5 ? -1.0f : 0};
            room_.windowCentre = {plane == 5 ? middle : -room_.windowFacing.x * room_.size.x / 2, height, plane == 5 ? room_.size.z / 2 : middle};
            room_.windowColour = isNight ? Vec3{} : Vec3{0.9f, 1.0f, 1.15f} * width;
        }
        for (std::uint64_t i = random_.below(3); i > 0; --i) {
            const SceneMaterial picture{
                .base = hueColour(number(0, 1), 0.6f, 0.6f), .accent = hueColour(number(0, 1), 0.4f, 0.8f), .pattern = Pattern::painting};
            patch(walls[random_.below(4)], SceneClass::wall, number(0.45, 0.9), number(0.4, 0.6), number(1.2, 1.45), picture);
        }
        if (random_.chance(0.45)) {
            SceneMaterial rug = furniture_.cloth(style_.accent + number(-0.08, 0.08));
            if (random_.chance(0.4))
                rug.pattern = Pattern::stripes;
            rug.scale = rug.pattern == Pattern::stripes ? 0.25f : 0.04f;
            const float x = number(-0.2, 0.2) * room_.size.x;
            const float z = number(-0.1, 0.25) * room_.size.z;
            const float halfX = number(0.6, 1.1);
            const float halfZ = number(0.5, 0.9);
            room_.patches.push_back({.plane = 0,
                                     .label = SceneClass::floor,
                                     .left = x - halfX,
                                     .right = x + halfX,
                                     .low = z - halfZ,
                                     .high = z + halfZ,
                                     .material = furniture_.material(rug),
                                     .isUnit = false});
        }
    }

    bool isFree(float x, float z, float radius, float distance = 0.95f) const
    {
        const Vec3 toSpot{x - room_.camera.position.x, 0, z - room_.camera.position.z};
        return length(toSpot) > radius + distance &&
               std::ranges::all_of(circles_, [&](const Circle &c) { return std::hypot(c.x - x, c.z - z) > c.radius + radius; });
    }

    /// A free circle on the floor that the camera sees, if some tries find one.
    std::optional<Furniture::Spot> spot(float radius, float distance = 0.95f)
    {
        const SceneCamera &camera = room_.camera;
        for (int attempt = 0; attempt < 30; ++attempt) {
            const float x = number(-1, 1) * (room_.size.x / 2 - radius - 0.03f);
            const float z = number(-1, 1) * (room_.size.z / 2 - radius - 0.03f);
            const Vec3 toSpot = normalized({x - camera.position.x, 0, z - camera.position.z});
            const bool isSeen = dot(toSpot, normalized({camera.ahead.x, 0, camera.ahead.z})) > 0.88f;
            if ((!isSeen && attempt < 20) || !isFree(x, z, radius, distance))
                continue;
            circles_.push_back({x, z, radius});
            return Furniture::Spot{.x = x, .z = z, .yaw = number(-std::numbers::pi, std::numbers::pi)};
        }
        return std::nullopt;
    }

    /// A place with the back to a wall.
    std::optional<Furniture::Spot> wallSpot(float width, float depth)
    {
        static constexpr int walls[] = {5, 5, 2, 3};
        constexpr float quarter = std::numbers::pi_v<float> / 2;
        for (int attempt = 0; attempt < 12; ++attempt) {
            const int plane = walls[random_.below(4)];
            const float half = halfOf(plane) - width / 2 - 0.05f;
            const float along = plane == 5 ? number(-half, half) : number(-0.1f * half, half);
            const float side = plane == 2 ? -1.0f : 1.0f;
            const float x = plane == 5 ? along : side * (room_.size.x / 2 - depth / 2 - 0.02f);
            const float z = plane == 5 ? room_.size.z / 2 - depth / 2 - 0.02f : along;
            const float radius = width / 2 + 0.05f;
            if (half < 0 || !isFree(x, z, radius))
                continue;
            circles_.push_back({x, z, radius});
            return Furniture::Spot{.x = x, .z = z, .yaw = plane == 5 ? 0 : side * quarter};
        }
        return std::nullopt;
    }

    void furnish()
    {
        if (random_.chance(0.6)) {
            const float width = number(1.0, 1.45);
            if (const auto at = wallSpot(width, 0.82f))
                furniture_.sofa(*at, width);
        }
        if (random_.chance(0.6)) {
            const float width = number(0.6, 1.0);
            if (const auto at = wallSpot(width, 0.34f))
                furniture_.shelf(*at, width, number(1.0, 1.9));
        }
        if (random_.chance(0.85))
            if (const auto at = spot(0.8f))
                setTable(*at);
        for (std::uint64_t i = 2 + random_.below(4); i > 0; --i) {
            const std::uint64_t kind = random_.below(3);
            const float radius = number(0.16, 0.36);
            if (const auto at = spot(kind == 0 ? radius * 1.3f : radius))
                loose(kind, *at, radius);
        }
    }

    void loose(std::uint64_t kind, Furniture::Spot at, float radius)
    {
        if (kind == 0)
            furniture_.box(at, radius * 1.7f);
        else if (kind == 1)
            furniture_.sphere(at, radius);
        else
            furniture_.cylinder(at, radius, radius * number(1.4, 3.2));
    }

    void setTable(Furniture::Spot at)
    {
        const Furniture::Top top = furniture_.table(at, random_.chance(0.4));
        const float start = number(0, 2 * std::numbers::pi);
        const std::uint64_t items = random_.below(4);
        for (std::uint64_t i = 0; i < items; ++i) {
            const float angle = start + float(i) * 2.1f;
            const Furniture::Spot place{
                .x = at.x + std::cos(angle) * top.radius * 0.55f, .z = at.z + std::sin(angle) * top.radius * 0.55f, .yaw = angle, .floor = top.height};
            if (i == 0 && random_.chance(0.4))
                furniture_.tableLamp(place);
            else
                loose(random_.below(3), place, number(0.05, 0.1));
        }
        if (top.height < 0.6f)
            return;
        for (std::uint64_t i = 1 + random_.below(3); i > 0; --i) {
            const float angle = start + 1 + float(i) * 1.9f;
            const float x = at.x + std::cos(angle) * 0.95f;
            const float z = at.z + std::sin(angle) * 0.95f;
            const Vec3 toCamera{x - room_.camera.position.x, 0, z - room_.camera.position.z};
            const bool isInside = std::abs(x) < room_.size.x / 2 - 0.32f && std::abs(z) < room_.size.z / 2 - 0.32f;
            const bool isApart =
                std::ranges::all_of(circles_, [&](const Circle &c) { return (c.x == at.x && c.z == at.z) || std::hypot(c.x - x, c.z - z) > c.radius + 0.3f; });
            if (!isInside || !isApart || length(toCamera) < 1.25f)
                continue;
            circles_.push_back({x, z, 0.3f});
            // Its back shows away from the table: local +z becomes (sin yaw, cos yaw).
            furniture_.chair({.x = x, .z = z, .yaw = std::atan2(std::cos(angle), std::sin(angle)) + number(-0.25, 0.25)});
        }
    }

    void placeLamps()
    {
        const double kind = random_.uniform();
        const Furniture::Spot above{.x = number(-0.2, 0.2) * room_.size.x, .z = number(-0.05, 0.25) * room_.size.z};
        std::optional<Furniture::Spot> corner;
        if (kind > 0.55)
            corner = spot(0.26f, 1.8f); // near the camera it would hide the room
        if (corner)
            room_.light = furniture_.floorLamp(*corner);
        else
            room_.light = kind < 0.35 ? furniture_.pendant(above) : furniture_.ceilingLamp(above);
        const Vec3 warm = mix({1.0f, 0.8f, 0.58f}, {1.0f, 0.97f, 0.92f}, number(0, 1));
        room_.lightColour = warm * (corner ? number(1.6, 2.2) : number(2.0, 2.8));
        room_.ambientColour = mix(warm, {0.85f, 0.93f, 1.0f}, 0.5f) * number(0.26, 0.38);
        room_.exposure = number(0.85, 1.2);
    }

    Random random_;
    SceneRoom room_;
    SceneStyle style_;
    Furniture furniture_;
    std::vector<Circle> circles_;
};

} // namespace

const std::vector<std::string> &sceneClassNames()
{
    static const std::vector<std::string> names = {"floor", "wall",  "ceiling", "window", "table",  "chair",
                                                   "sofa",  "shelf", "lamp",    "box",    "sphere", "cylinder"};
    return names;
}

SceneRoom makeSceneRoom(Random random)
{
    return RoomLayout(random).make();
}

} // namespace concord
