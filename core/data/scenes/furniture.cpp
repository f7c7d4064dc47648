#include "core/data/scenes/furniture.h"

#include <algorithm>

namespace concord {

SceneStyle::SceneStyle(Random &random)
    : hue(float(random.uniform()))
    , accent(hue + float(random.uniform(0.25, 0.75)))
{
    const float tone = float(random.uniform(0.045, 0.1));
    const float value = float(random.uniform(0.35, 0.8));
    darkWood = hueColour(tone, 0.7f, value * 0.7f);
    lightWood = hueColour(tone + 0.015f, 0.55f, value);
}

Furniture::Furniture(SceneRoom &room, Random &random, const SceneStyle &style)
    : room_(room)
    , random_(random)
    , style_(style)
{
}

int Furniture::material(SceneMaterial material)
{
    material.seed = std::uint32_t(random_.bits());
    room_.materials.push_back(material);
    return int(room_.materials.size()) - 1;
}

SceneMaterial Furniture::wood()
{
    return {.base = style_.darkWood, .accent = style_.lightWood, .pattern = Pattern::wood, .gloss = 0.15f};
}

SceneMaterial Furniture::cloth(float hue)
{
    const float value = float(random_.uniform(0.35, 0.85));
    return {.base = hueColour(hue, 0.5f, value), .accent = hueColour(hue + 0.04f, 0.4f, value * 0.75f), .pattern = Pattern::weave, .scale = 0.03f};
}

SceneMaterial Furniture::paint(float hue)
{
    static constexpr Pattern patterns[] = {Pattern::plain, Pattern::plain, Pattern::marble, Pattern::checker, Pattern::stripes};
    const float value = float(random_.uniform(0.5, 0.95));
    return {.base = hueColour(hue, float(random_.uniform(0.35, 0.75)), value),
            .accent = hueColour(hue + float(random_.uniform(-0.15, 0.15)), 0.35f, std::min(1.0f, value * 1.2f)),
            .pattern = patterns[random_.below(5)],
            .scale = float(random_.uniform(0.06, 0.16)),
            .gloss = random_.chance(0.5) ? 0.5f : 0.05f};
}

void Furniture::begin(SceneClass label, Spot spot, float bulk)
{
    spot_ = spot;
    cosYaw_ = std::cos(spot.yaw);
    sinYaw_ = std::sin(spot.yaw);
    room_.pieces.push_back({.label = label, .first = room_.solids.size(), .bulk = bulk});
}

void Furniture::add(Form form, Vec3 offset, Vec3 half, int material)
{
    Solid solid{.form = form, .half = half, .cosYaw = cosYaw_, .sinYaw = sinYaw_, .material = material};
    solid.centre = solid.toWorld(offset) + Vec3{spot_.x, spot_.floor, spot_.z};
    room_.solids.push_back(solid);
}

void Furniture::end(bool castsShadow)
{
    ScenePiece &piece = room_.pieces.back();
    piece.count = room_.solids.size() - piece.first;
    piece.castsShadow = castsShadow;
    Vec3 low{1e9f, 1e9f, 1e9f};
    Vec3 high = low * -1;
    const auto solids = room_.solids.begin() + std::ptrdiff_t(piece.first);
    std::for_each(solids, room_.solids.end(), [&](const Solid &solid) {
        const float side = solid.form == Form::box ? std::hypot(solid.half.x, solid.half.z) : std::max(solid.half.x, solid.half.z);
        const Vec3 reach{side, solid.form == Form::sphere ? side : solid.half.y, side};
        low = {std::min(low.x, solid.centre.x - reach.x), std::min(low.y, solid.centre.y - reach.y), std::min(low.z, solid.centre.z - reach.z)};
        high = {std::max(high.x, solid.centre.x + reach.x), std::max(high.y, solid.centre.y + reach.y), std::max(high.z, solid.centre.z + reach.z)};
    });
    piece.centre = (low + high) * 0.5f;
    std::for_each(solids, room_.solids.end(),
                  [&](const Solid &solid) { piece.radius = std::max(piece.radius, length(solid.centre - piece.centre) + solid.reach()); });
}

Furniture::Top Furniture::table(Spot spot, bool isRound)
{
    const bool isLow = random_.chance(0.35);
    const float height = float(isLow ? random_.uniform(0.38, 0.48) : random_.uniform(0.68, 0.78));
    const float halfX = float(random_.uniform(0.4, 0.75));
    const float halfZ = isRound ? halfX : float(random_.uniform(0.35, 0.5));
    const int top = material(
        random_.chance(0.75) ? wood() : SceneMaterial{.base = {0.75f, 0.73f, 0.7f}, .accent = {0.3f, 0.3f, 0.32f}, .pattern = Pattern::marble, .gloss = 0.5f});
    const int leg = random_.chance(0.3) ? material({.base = {0.03f, 0.03f, 0.035f}, .gloss = 0.3f}) : top;
    begin(SceneClass::table, spot, 0.25f);
    if (isRound) {
        add(Form::frustum, {0, height - 0.02f, 0}, {halfX, 0.02f, halfX}, top);
        add(Form::frustum, {0, height / 2 - 0.01f, 0}, {0.06f, height / 2 - 0.02f, 0.035f}, leg);
        add(Form::frustum, {0, 0.015f, 0}, {halfX * 0.55f, 0.015f, halfX * 0.45f}, leg);
    } else {
        add(Form::box, {0, height - 0.02f, 0}, {halfX, 0.02f, halfZ}, top);
        for (const float sx : {-1.0f, 1.0f})
            for (const float sz : {-1.0f, 1.0f})
                add(Form::box, {sx * (halfX - 0.05f), height / 2 - 0.02f, sz * (halfZ - 0.05f)}, {0.03f, height / 2 - 0.02f, 0.03f}, leg);
    }
    end();
    return {height, std::min(halfX, halfZ)};
}

void Furniture::chair(Spot spot)
{
    const int frame = material(random_.chance(0.6) ? wood() : paint(style_.accent));
    const int seat = random_.chance(0.5) ? frame : material(cloth(style_.accent));
    constexpr float half = 0.21f;
    begin(SceneClass::chair, spot, 0.25f);
    add(Form::box, {0, 0.44f, 0}, {half, 0.025f, half}, seat);
    add(Form::box, {0, 0.72f, half - 0.02f}, {half, 0.16f, 0.02f}, frame);
    for (const float sx : {-1.0f, 1.0f}) {
        add(Form::box, {sx * (half - 0.02f), 0.21f, -half + 0.02f}, {0.02f, 0.21f, 0.02f}, frame);
        add(Form::box, {sx * (half - 0.02f), 0.28f, half - 0.02f}, {0.02f, 0.28f, 0.02f}, frame);
    }
    end();
}

void Furniture::sofa(Spot spot, float width)
{
    const int fabric = material(cloth(style_.accent));
    const int cushion = material(cloth(style_.accent + float(random_.uniform(0.2, 0.8))));
    const float half = width / 2;
    begin(SceneClass::sofa, spot, 0.55f);
    add(Form::box, {0, 0.2f, 0}, {half, 0.18f, 0.4f}, fabric);
    add(Form::box, {0, 0.55f, 0.31f}, {half, 0.25f, 0.1f}, fabric);
    for (const float side : {-1.0f, 1.0f}) {
        add(Form::box, {side * (half - 0.07f), 0.42f, -0.02f}, {0.075f, 0.2f, 0.4f}, fabric);
        add(Form::box, {side * (half / 2 - 0.03f), 0.43f, -0.08f}, {half / 2 - 0.08f, 0.06f, 0.33f}, fabric);
    }
    if (random_.chance(0.7))
        add(Form::box, {(half - 0.35f) * (random_.chance(0.5) ? 1.0f : -1.0f), 0.6f, 0.15f}, {0.17f, 0.13f, 0.06f}, cushion);
    end();
}

void Furniture::shelf(Spot spot, float width, float height)
{
    const SceneMaterial board = wood();
    const int frame = material(board);
    const float gap = float(random_.uniform(0.28, 0.36));
    const int books = material({.base = board.base, .accent = board.accent, .pattern = Pattern::books, .scale = gap});
    begin(SceneClass::shelf, spot, 0.55f);
    add(Form::box, {0, height / 2, 0.04f}, {width / 2 - 0.02f, height / 2 - 0.02f, 0.11f}, books);
    for (const float side : {-1.0f, 1.0f})
        add(Form::box, {side * (width / 2 - 0.015f), height / 2, 0}, {0.015f, height / 2, 0.16f}, frame);
    for (float y = 0.02f; y < height; y += gap)
        add(Form::box, {0, y, 0}, {width / 2, 0.012f, 0.155f}, frame);
    add(Form::box, {0, height - 0.01f, 0}, {width / 2, 0.015f, 0.16f}, frame);
    end();
}

void Furniture::box(Spot spot, float size)
{
    const int look = material(random_.chance(0.3) ? wood() : paint(float(random_.uniform())));
    const Vec3 half{size * float(random_.uniform(0.7, 1.3)) / 2, size * float(random_.uniform(0.6, 1.4)) / 2, size * float(random_.uniform(0.7, 1.2)) / 2};
    begin(SceneClass::box, spot, 0.6f);
    add(Form::box, {0, half.y, 0}, half, look);
    end();
}

void Furniture::sphere(Spot spot, float radius)
{
    const int look = material(paint(float(random_.uniform())));
    begin(SceneClass::sphere, spot, 0.8f);
    add(Form::sphere, {0, radius, 0}, {radius, radius, radius}, look);
    end();
}

void Furniture::cylinder(Spot spot, float radius, float height)
{
    const int look = material(paint(float(random_.uniform())));
    const float taper = float(random_.chance(0.5) ? 1 : random_.uniform(0.7, 1.2));
    begin(SceneClass::cylinder, spot, 0.6f);
    add(Form::frustum, {0, height / 2, 0}, {radius, height / 2, radius * taper}, look);
    end();
}

int Furniture::shadeMaterial()
{
    return material({.base = hueColour(float(random_.uniform(0.08, 0.15)), float(random_.uniform(0.1, 0.5)), 0.97f), .glow = 1.1f});
}

Vec3 Furniture::floorLamp(Spot spot)
{
    const float height = float(random_.uniform(1.45, 1.75));
    const int metal = material({.base = {0.05f, 0.05f, 0.055f}, .gloss = 0.5f});
    begin(SceneClass::lamp, spot, 0.15f);
    add(Form::frustum, {0, 0.015f, 0}, {0.15f, 0.015f, 0.14f}, metal);
    add(Form::frustum, {0, height / 2, 0}, {0.018f, height / 2 - 0.05f, 0.018f}, metal);
    add(Form::frustum, {0, height, 0}, {0.24f, 0.15f, 0.15f}, shadeMaterial());
    end(false);
    return {spot.x, spot.floor + height, spot.z};
}

Vec3 Furniture::tableLamp(Spot spot)
{
    begin(SceneClass::lamp, spot, 0.4f);
    add(Form::frustum, {0, 0.09f, 0}, {0.065f, 0.09f, 0.025f}, material(paint(style_.accent)));
    add(Form::frustum, {0, 0.25f, 0}, {0.14f, 0.09f, 0.09f}, shadeMaterial());
    end(false);
    return {spot.x, spot.floor + 0.25f, spot.z};
}

Vec3 Furniture::pendant(Spot spot)
{
    const float drop = float(random_.uniform(0.4, 0.75));
    spot.floor = room_.size.y - drop;
    begin(SceneClass::lamp, spot, 0.1f);
    add(Form::frustum, {0, drop / 2 + 0.1f, 0}, {0.012f, drop / 2 - 0.1f, 0.012f}, material({.base = {0.03f, 0.03f, 0.03f}}));
    if (random_.chance(0.4))
        add(Form::sphere, {0, 0.03f, 0}, {0.17f, 0.17f, 0.17f}, shadeMaterial());
    else
        add(Form::frustum, {0, 0.08f, 0}, {0.26f, 0.12f, 0.08f}, shadeMaterial());
    end(false);
    return {spot.x, spot.floor, spot.z};
}

Vec3 Furniture::ceilingLamp(Spot spot)
{
    spot.floor = room_.size.y - 0.1f;
    begin(SceneClass::lamp, spot, 0.1f);
    add(Form::frustum, {0, 0.05f, 0}, {0.2f, 0.05f, 0.26f}, shadeMaterial());
    end(false);
    return {spot.x, spot.floor - 0.08f, spot.z};
}

} // namespace concord
