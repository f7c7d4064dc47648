#include "core/data/scenes/scene_room.h"

namespace concord {

namespace {

bool missesSphere(Vec3 toCentre, Vec3 direction, float squaredLength, float radius)
{
    const float along = dot(toCentre, direction);
    const float squared = dot(toCentre, toCentre);
    const float room = radius * radius;
    return squared > room && (along <= 0 || squared * squaredLength - along * along > room * squaredLength);
}

/// The wall, floor or ceiling where a ray from inside leaves the room.
void leaveRoom(const SceneRoom &room, Vec3 o, Vec3 d, SceneHit &hit)
{
    const float half[2] = {room.size.x / 2, room.size.z / 2};
    hit.t = d.y > 0 ? (room.size.y - o.y) / d.y : d.y < 0 ? -o.y / d.y : 1e9f;
    hit.surface = d.y > 0 ? 1 : 0;
    if (const float t = d.x > 0 ? (half[0] - o.x) / d.x : (-half[0] - o.x) / d.x; d.x != 0 && t < hit.t) {
        hit.t = t;
        hit.surface = d.x > 0 ? 3 : 2;
    }
    if (const float t = d.z > 0 ? (half[1] - o.z) / d.z : (-half[1] - o.z) / d.z; d.z != 0 && t < hit.t) {
        hit.t = t;
        hit.surface = d.z > 0 ? 5 : 4;
    }
}

void describePlane(const SceneRoom &room, Vec3 point, SceneHit &hit)
{
    static constexpr Vec3 normals[] = {{0, 1, 0}, {0, -1, 0}, {1, 0, 0}, {-1, 0, 0}, {0, 0, 1}, {0, 0, -1}};
    hit.normal = normals[hit.surface];
    hit.material = hit.surface;
    hit.label = hit.surface == 0 ? SceneClass::floor : hit.surface == 1 ? SceneClass::ceiling : SceneClass::wall;
    hit.u = hit.surface == 2 || hit.surface == 3 ? point.z : point.x;
    hit.v = hit.surface < 2 ? point.z : point.y;
    for (std::size_t i = 0; i < room.patches.size(); ++i) {
        const ScenePatch &patch = room.patches[i];
        if (patch.plane != hit.surface || hit.u < patch.left || hit.u > patch.right || hit.v < patch.low || hit.v > patch.high)
            continue;
        hit.surface = 10 + int(i);
        hit.label = patch.label;
        hit.material = patch.material;
        if (patch.isUnit) {
            hit.u = (hit.u - patch.left) / (patch.right - patch.left);
            hit.v = (hit.v - patch.low) / (patch.high - patch.low);
        }
        return;
    }
}

void describeSolid(const Solid &solid, std::size_t index, Vec3 point, SceneHit &hit)
{
    const Vec3 local = solid.toLocal(point - solid.centre);
    const Vec3 normal = solid.toLocal(hit.normal);
    hit.material = solid.material;
    int face = 0;
    if (solid.form == Solid::Form::box) {
        face = std::abs(normal.y) > 0.5f ? 0 : std::abs(normal.x) > 0.5f ? 1 : 2;
        // On top wood grain runs along the longer side; on the sides v is the height above the foot.
        const bool isDeep = face == 0 && solid.half.x < solid.half.z;
        hit.u = face == 1 || isDeep ? local.z : local.x;
        hit.v = face == 0 ? (isDeep ? local.x : local.z) : local.y + solid.half.y;
        face = 2 * face + (normal.x + normal.y + normal.z > 0);
    } else if (solid.form == Solid::Form::frustum && std::abs(hit.normal.y) > 0.99f) {
        face = 1;
        hit.u = local.x;
        hit.v = local.z;
    } else {
        hit.u = std::atan2(local.z, local.x) * solid.half.x;
        hit.v = local.y;
    }
    hit.surface = 100 + 6 * int(index) + face;
}

} // namespace

SceneHit trace(const SceneRoom &room, Vec3 origin, Vec3 direction)
{
    SceneHit hit;
    leaveRoom(room, origin, direction, hit);
    const float squaredLength = dot(direction, direction);
    std::size_t nearest = room.solids.size();
    for (std::size_t i = 0; i < room.pieces.size(); ++i) {
        const ScenePiece &piece = room.pieces[i];
        if (missesSphere(piece.centre - origin, direction, squaredLength, piece.radius))
            continue;
        for (std::size_t k = piece.first; k < piece.first + piece.count; ++k) {
            const float t = room.solids[k].meet(origin, direction, hit.t, hit.normal);
            if (t < hit.t) {
                hit.t = t;
                hit.piece = int(i);
                nearest = k;
            }
        }
    }
    const Vec3 point = origin + direction * hit.t;
    if (hit.piece < 0) {
        describePlane(room, point, hit);
    } else {
        hit.label = room.pieces[std::size_t(hit.piece)].label;
        describeSolid(room.solids[nearest], nearest, point, hit);
    }
    return hit;
}

bool isShadowed(const SceneRoom &room, Vec3 from, Vec3 light)
{
    const Vec3 direction = light - from;
    const float squaredLength = dot(direction, direction);
    Vec3 ignored;
    for (const ScenePiece &piece : room.pieces) {
        if (!piece.castsShadow || missesSphere(piece.centre - from, direction, squaredLength, piece.radius))
            continue;
        for (std::size_t k = piece.first; k < piece.first + piece.count; ++k)
            if (room.solids[k].meet(from, direction, 1, ignored) < 1)
                return true;
    }
    return false;
}

} // namespace concord
