#include "core/data/scenes/render.h"

#include <algorithm>

namespace concord {

namespace {

/// Light where a ray ended: one lamp with a soft shadow, the window as a second, unshadowed one, and light from all sides that is
/// dimmed in corners and under furniture.
class SceneLight
{
public:
    SceneLight(const SceneRoom &room, float focal)
        : room_(room)
        , focal_(focal)
    {
    }

    /// `direction` has length 1 along the optical axis; `grain` shakes the lamp a little for this ray.
    Vec3 colour(const SceneHit &hit, Vec3 direction, Vec3 grain) const
    {
        const SceneMaterial &material = room_.materials[std::size_t(hit.material)];
        const bool isUnit = material.pattern == SceneMaterial::Pattern::painting || material.pattern == SceneMaterial::Pattern::window;
        const float slant = std::max(0.15f, -dot(hit.normal, direction) / length(direction));
        const Vec3 albedo = material.colour(hit.u, hit.v, isUnit ? 0.01f : hit.t / (focal_ * slant));
        if (material.glow > 0)
            return albedo * (material.glow * (0.75f + 0.25f * slant));
        const Vec3 point = room_.camera.position + direction * hit.t + hit.normal * 2e-3f;
        const Vec3 skirting = hit.label == SceneClass::wall && point.y < 0.08f ? Vec3{0.75f, 0.74f, 0.72f} : albedo;
        Vec3 result = skirting * ambient(hit, point);
        addLamp(hit, point, direction, grain, skirting, material.gloss, result);
        addWindow(hit, point, skirting, result);
        return result;
    }

private:
    void addLamp(const SceneHit &hit, Vec3 point, Vec3 direction, Vec3 grain, Vec3 albedo, float gloss, Vec3 &result) const
    {
        const Vec3 lamp = room_.light + grain * 0.07f;
        const Vec3 toLamp = lamp - point;
        const float distance = length(toLamp);
        const float facing = dot(hit.normal, toLamp) / distance;
        if (facing <= 0 || isShadowed(room_, point, lamp))
            return;
        const Vec3 light = room_.lightColour * (1 / (1 + 0.45f * distance * distance));
        result = result + albedo * light * facing;
        if (gloss > 0) {
            const Vec3 between = normalized(toLamp * (1 / distance) - normalized(direction));
            float shine = std::max(0.0f, dot(between, hit.normal));
            for (int i = 0; i < 5; ++i)
                shine *= shine; // to the power of 32
            result = result + light * (gloss * shine);
        }
    }

    void addWindow(const SceneHit &hit, Vec3 point, Vec3 albedo, Vec3 &result) const
    {
        const Vec3 toWindow = room_.windowCentre - point;
        const float squared = dot(toWindow, toWindow);
        const float distance = std::sqrt(squared);
        const float leaving = -dot(room_.windowFacing, toWindow) / distance;
        const float facing = 0.2f + 0.8f * dot(hit.normal, toWindow) / distance;
        if (leaving > 0 && facing > 0)
            result = result + albedo * room_.windowColour * (facing * leaving * 0.9f / (1 + squared));
    }

    Vec3 ambient(const SceneHit &hit, Vec3 p) const
    {
        const Vec3 n = hit.normal;
        const auto corner = [](float distance, float along) { return 1 - 0.32f * (1 - along * along) / (1 + 12 * distance * distance); };
        float open =
            corner(room_.size.x / 2 - std::abs(p.x), n.x) * corner(room_.size.z / 2 - std::abs(p.z), n.z) * corner(p.y, n.y) * corner(room_.size.y - p.y, n.y);
        for (std::size_t i = 0; i < room_.pieces.size(); ++i) {
            const ScenePiece &piece = room_.pieces[i];
            const Vec3 to = piece.centre - p;
            const float squared = dot(to, to);
            const float radius = piece.radius * piece.radius;
            if (int(i) == hit.piece || squared > 9 * radius)
                continue;
            // A sphere of radius r in the direction of cosine c hides about c r²/d² of the light from above; fades to none at 3 r.
            const float cosine = std::max(0.0f, 0.25f + 0.75f * dot(n, to) / std::sqrt(squared));
            open *= 1 - piece.bulk * cosine * std::min(1.0f, 1.125f * (radius / squared - 1.0f / 9));
        }
        // The floor's bounce warms what looks down.
        return mix(room_.ambientColour * Vec3{0.8f, 0.68f, 0.58f}, room_.ambientColour, 0.5f + 0.5f * n.y) * open;
    }

    const SceneRoom &room_;
    const float focal_;
};

class SceneCaster
{
public:
    SceneCaster(const SceneRoom &room, std::int64_t height, std::int64_t width)
        : room_(room)
        , height_(height)
        , width_(width)
        , focal_(sceneFocal(height, width))
        , light_(room, focal_)
    {
    }

    SceneImage cast(double noise, Random random)
    {
        const std::size_t pixels = std::size_t(height_ * width_);
        SceneImage result;
        result.classes.resize(pixels);
        result.depth.resize(pixels);
        result.normals.resize(3 * pixels);
        result.pieces.resize(pixels);
        colours_.resize(pixels);
        surfaces_.resize(pixels);
        for (std::int64_t y = 0; y < height_; ++y)
            for (std::int64_t x = 0; x < width_; ++x)
                castCentre(x, y, result);
        std::vector<Vec3> smooth = colours_;
        for (std::int64_t y = 0; y < height_; ++y)
            for (std::int64_t x = 0; x < width_; ++x)
                if (isBorder(x, y))
                    smooth[at(x, y)] = average(x, y);
        result.image = develop(smooth, float(noise), random);
        return result;
    }

private:
    std::size_t at(std::int64_t x, std::int64_t y) const { return std::size_t(y * width_ + x); }

    Vec3 direction(float x, float y) const
    {
        const SceneCamera &camera = room_.camera;
        return camera.ahead + camera.right * ((x - float(width_) / 2) / focal_) + camera.down * ((y - float(height_) / 2) / focal_);
    }

    static Vec3 grain(std::int64_t x, std::int64_t y, std::uint32_t ray)
    {
        const auto column = std::int32_t(x);
        const auto row = std::int32_t(y);
        return {cellNoise(column, row, ray) - 0.5f, cellNoise(column, row, ray + 9) - 0.5f, cellNoise(column, row, ray + 18) - 0.5f};
    }

    void castCentre(std::int64_t x, std::int64_t y, SceneImage &result)
    {
        const Vec3 ray = direction(float(x) + 0.5f, float(y) + 0.5f);
        const SceneHit hit = trace(room_, room_.camera.position, ray);
        const std::size_t pixel = at(x, y);
        const std::size_t pixels = colours_.size();
        result.classes[pixel] = float(hit.label);
        result.depth[pixel] = hit.t;
        result.pieces[pixel] = hit.piece;
        const Vec3 normal = normalized({dot(hit.normal, room_.camera.right), dot(hit.normal, room_.camera.down), dot(hit.normal, room_.camera.ahead)});
        result.normals[pixel] = normal.x;
        result.normals[pixels + pixel] = normal.y;
        result.normals[2 * pixels + pixel] = normal.z;
        surfaces_[pixel] = hit.surface;
        colours_[pixel] = light_.colour(hit, ray, grain(x, y, 0));
    }

    bool isBorder(std::int64_t x, std::int64_t y) const
    {
        const int own = surfaces_[at(x, y)];
        return (x > 0 && surfaces_[at(x - 1, y)] != own) || (x + 1 < width_ && surfaces_[at(x + 1, y)] != own) || (y > 0 && surfaces_[at(x, y - 1)] != own) ||
               (y + 1 < height_ && surfaces_[at(x, y + 1)] != own);
    }

    Vec3 average(std::int64_t x, std::int64_t y) const
    {
        static constexpr float offsets[4][2] = {{0.375f, 0.125f}, {0.875f, 0.375f}, {0.625f, 0.875f}, {0.125f, 0.625f}};
        Vec3 sum;
        for (std::uint32_t i = 0; i < 4; ++i) {
            const Vec3 ray = direction(float(x) + offsets[i][0], float(y) + offsets[i][1]);
            sum = sum + light_.colour(trace(room_, room_.camera.position, ray), ray, grain(x, y, 1 + i));
        }
        return sum * 0.25f;
    }

    /// Exposure, a soft shoulder, a gamma of 2, and noise: the sum of four uniform numbers is near enough to normal.
    std::vector<float> develop(const std::vector<Vec3> &colours, float noise, Random random) const
    {
        const std::size_t pixels = colours.size();
        std::vector<float> image(3 * pixels);
        const auto sensor = [&](float linear) {
            const float exposed = std::max(0.0f, linear) * room_.exposure;
            const float value = std::sqrt(1.25f * exposed / (1 + 0.75f * exposed));
            if (noise == 0)
                return std::min(value, 1.0f);
            const std::uint64_t bits = random.bits();
            const auto sum = float((bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48));
            constexpr float rootThree = 1.7320508f;
            return std::clamp(value + noise * rootThree * (sum / 65535 - 2), 0.0f, 1.0f);
        };
        for (std::size_t i = 0; i < pixels; ++i) {
            image[i] = sensor(colours[i].x);
            image[pixels + i] = sensor(colours[i].y);
            image[2 * pixels + i] = sensor(colours[i].z);
        }
        return image;
    }

    const SceneRoom &room_;
    const std::int64_t height_;
    const std::int64_t width_;
    const float focal_;
    const SceneLight light_;
    std::vector<Vec3> colours_;
    std::vector<int> surfaces_;
};

} // namespace

float sceneFocal(std::int64_t height, std::int64_t width)
{
    return 0.8f * float(std::max(height, width));
}

SceneImage renderScene(const SceneRoom &room, std::int64_t height, std::int64_t width, double noise, Random random)
{
    return SceneCaster(room, height, width).cast(noise, random);
}

} // namespace concord
