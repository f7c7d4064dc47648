#pragma once

#include "core/store/run_event.h"
#include "ui/image/colour_map.h"

#include <QImage>

#include <array>

namespace concord {

/// Planes to pictures, with tables and no arithmetic that a table can do: three modalities of 1024 × 512 take a fraction of a frame.
/// A plane whose data are shorter than its size gives a null picture.

QImage colourImage(const PredictionEvent &plane);                             ///< image, normals: RGB; edges, saliency: grey
QImage labelImage(const PredictionEvent &plane, const ColourTable &classes);

/// Smallest and largest known depth in metres, shared by truth and prediction so that their colours mean the same.
struct DepthRange
{
    double low = 0;
    double high = 0;
    bool isEmpty() const { return !(high > low); }
};
DepthRange depthRange(const PredictionEvent &truth, const PredictionEvent &prediction);
QImage depthImage(const PredictionEvent &plane, const DepthRange &range);     ///< unknown depth is dark grey

// How wrong: black is right.
QImage labelError(const PredictionEvent &truth, const PredictionEvent &prediction, int ignore);
QImage depthError(const PredictionEvent &truth, const PredictionEvent &prediction, double full);    ///< `full`: metres of the brightest
QImage normalsError(const PredictionEvent &truth, const PredictionEvent &prediction, double full);  ///< `full`: degrees of the brightest
QImage greyError(const PredictionEvent &truth, const PredictionEvent &prediction);

/// `over` on `under`, both of one size (else `over` is scaled): share 0 shows `under`, 1 shows `over`. Pixels of `over` with alpha 0 show `under`.
QImage blended(const QImage &under, const QImage &over, double share);

// Values at a pixel.
double depthAt(const PredictionEvent &plane, int x, int y);                   ///< metres; 0 is unknown
std::array<double, 3> normalAt(const PredictionEvent &plane, int x, int y);   ///< unit length; 0 where unknown
double angleBetween(const std::array<double, 3> &a, const std::array<double, 3> &b);   ///< degrees; NaN where one is unknown

bool isWhole(const PredictionEvent &plane);   ///< its data are as long as its size says

} // namespace concord
