#pragma once

#include <QColor>

#include <array>
#include <vector>

namespace concord {

using ColourTable = std::array<QRgb, 256>;

/// From dark blue over magenta and orange to light yellow. Lightness rises evenly, so that equal steps of the value look equal and the
/// map also works in grey and for colour-blind readers.
const ColourTable &depthColours();

/// From near black over orange to near white: how wrong a pixel is.
const ColourTable &errorColours();

/// A fixed colour per class, far apart for the first ones; `unlabelled` for 255 and what is ignored.
ColourTable classColours(int ignore = -1);

} // namespace concord
