#include "core/data/scenes/solid.h"

#include <algorithm>
#include <utility>

namespace concord {

namespace {

constexpr float startGap = 1e-4f; // a ray does not meet the surface that it starts on

float meetBox(Vec3 half, Vec3 o, Vec3 d, float limit, Vec3 &normal)
{
    const float origin[3] = {o.x, o.y, o.z};
    const float direction[3] = {d.x, d.y, d.z};
    const float size[3] = {half.x, half.y, half.z};
    float enter = startGap;
    float leave = limit;
    int side = -1;
    for (int axis = 0; axis < 3; ++axis) {
        const float inverse = 1 / direction[axis];
        float first = (-size[axis] - origin[axis]) * inverse;
        float second = (size[axis] - origin[axis]) * inverse;
        if (first > second)
            std::swap(first, second);
        if (first > enter) {
            enter = first;
            side = axis;
        }
        leave = std::min(leave, second);
        if (!(enter < leave))
            return limit;
    }
    if (side < 0)
        return limit;
    const float sign = direction[side] > 0 ? -1.0f : 1.0f;
    normal = {side == 0 ? sign : 0, side == 1 ? sign : 0, side == 2 ? sign : 0};
    return enter;
}

float meetSphere(float radius, Vec3 o, Vec3 d, float limit, Vec3 &normal)
{
    const float a = dot(d, d);
    const float b = dot(o, d);
    const float discriminant = b * b - a * (dot(o, o) - radius * radius);
    if (discriminant <= 0)
        return limit;
    const float t = (-b - std::sqrt(discriminant)) / a;
    if (!(t > startGap && t < limit))
        return limit;
    normal = normalized(o + d * t);
    return t;
}

/// Points of the side satisfy x² + z² = (middle + slope · y)².
float meetFrustum(Vec3 half, Vec3 o, Vec3 d, float limit, Vec3 &normal)
{
    float best = limit;
    const float slope = (half.z - half.x) / (2 * half.y);
    const float radius = (half.x + half.z) / 2 + slope * o.y;
    const float a = d.x * d.x + d.z * d.z - slope * slope * d.y * d.y;
    const float b = o.x * d.x + o.z * d.z - slope * d.y * radius;
    const float c = o.x * o.x + o.z * o.z - radius * radius;
    const float discriminant = b * b - a * c;
    if (discriminant > 0 && std::abs(a) > 1e-9f) {
        const float root = std::sqrt(discriminant);
        for (const float t : {(-b - root) / a, (-b + root) / a}) {
            const float y = o.y + t * d.y;
            if (t > startGap && t < best && std::abs(y) <= half.y) {
                best = t;
                normal = normalized({o.x + t * d.x, -slope * (radius + slope * t * d.y), o.z + t * d.z});
            }
        }
    }
    for (const float cap : {-1.0f, 1.0f}) {
        const float t = (cap * half.y - o.y) / d.y;
        const float x = o.x + t * d.x;
        const float z = o.z + t * d.z;
        const float capRadius = cap < 0 ? half.x : half.z;
        if (t > startGap && t < best && x * x + z * z <= capRadius * capRadius) {
            best = t;
            normal = {0, cap, 0};
        }
    }
    return best;
}

} // namespace

float Solid::reach() const
{
    if (form == Form::sphere)
        return half.x;
    if (form == Form::box)
        return length(half);
    return std::hypot(std::max(half.x, half.z), half.y);
}

float Solid::meet(Vec3 origin, Vec3 direction, float limit, Vec3 &normal) const
{
    const Vec3 o = origin - centre;
    if (form == Form::sphere)
        return meetSphere(half.x, o, direction, limit, normal);
    if (form == Form::frustum)
        return meetFrustum(half, o, direction, limit, normal);
    Vec3 local;
    const float t = meetBox(half, toLocal(o), toLocal(direction), limit, local);
    if (t < limit)
        normal = toWorld(local);
    return t;
}

} // namespace concord
