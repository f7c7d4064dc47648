#include "ui/image/colour_map.h"

#include <algorithm>
#include <cmath>
#include <span>

namespace concord {

namespace {

struct Lch
{
    double lightness;   ///< 0 … 1
    double chroma;
    double hue;         ///< degrees
};

/// Oklab by B. Ottosson, "A perceptual color space for image processing", 2020: even steps in it look even.
QRgb rgbOfLch(Lch colour)
{
    const double radians = colour.hue * 3.14159265358979 / 180;
    // Colours that a screen cannot show lose chroma, never lightness.
    for (double chroma = colour.chroma;; chroma *= 0.95) {
        const double a = chroma * std::cos(radians);
        const double b = chroma * std::sin(radians);
        const auto cube = [](double x) { return x * x * x; };
        const double l = cube(colour.lightness + 0.3963377774 * a + 0.2158037573 * b);
        const double m = cube(colour.lightness - 0.1055613458 * a - 0.0638541728 * b);
        const double s = cube(colour.lightness - 0.0894841775 * a - 1.2914855480 * b);
        const std::array<double, 3> linear = {4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s, -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
            -0.0041960863 * l - 0.7034186147 * m + 1.7076147010 * s};
        if (chroma > 0.002 && std::ranges::any_of(linear, [](double c) { return c < -0.0005 || c > 1.0005; }))
            continue;
        const auto byte = [](double c) {
            c = std::clamp(c, 0.0, 1.0);
            return int(std::lround(255 * (c <= 0.0031308 ? 12.92 * c : 1.055 * std::pow(c, 1 / 2.4) - 0.055)));
        };
        return qRgb(byte(linear[0]), byte(linear[1]), byte(linear[2]));
    }
}

ColourTable tableThrough(std::span<const Lch> anchors)
{
    ColourTable table;
    for (std::size_t i = 0; i < table.size(); ++i) {
        const double at = double(i) / 255 * double(anchors.size() - 1);
        const std::size_t left = std::min(std::size_t(at), anchors.size() - 2);
        const double share = at - double(left);
        const Lch &a = anchors[left];
        const Lch &b = anchors[left + 1];
        const double lightness = anchors.front().lightness + double(i) / 255 * (anchors.back().lightness - anchors.front().lightness);
        table[i] = rgbOfLch({lightness, a.chroma + share * (b.chroma - a.chroma), a.hue + share * (b.hue - a.hue)});
    }
    return table;
}

} // namespace

const ColourTable &depthColours()
{
    static constexpr Lch anchors[] = {{0.25, 0.13, 278}, {0, 0.19, 290}, {0, 0.19, 335}, {0, 0.18, 385}, {0, 0.15, 420}, {0.95, 0.11, 465}};
    static const ColourTable table = tableThrough(anchors);
    return table;
}

const ColourTable &errorColours()
{
    static constexpr Lch anchors[] = {{0.14, 0.01, 30}, {0, 0.11, 32}, {0, 0.19, 38}, {0, 0.17, 62}, {0.97, 0.10, 100}};
    static const ColourTable table = tableThrough(anchors);
    return table;
}

ColourTable classColours(int ignore)
{
    ColourTable table;
    // The golden angle never comes back to a hue; lightness and chroma change so that neighbours in hue differ too.
    static constexpr double lightness[] = {0.70, 0.56, 0.80, 0.63, 0.47};
    static constexpr double chroma[] = {0.09, 0.12, 0.08, 0.15, 0.10};
    for (std::size_t i = 0; i < table.size(); ++i)
        table[i] = rgbOfLch({lightness[i % 5], chroma[i % 5], std::fmod(235 + 137.508 * double(i), 360)});
    table[255] = qRgb(0x1d, 0x20, 0x24);
    if (ignore >= 0 && ignore < 255)
        table[std::size_t(ignore)] = table[255];
    return table;
}

} // namespace concord
