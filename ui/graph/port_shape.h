#pragma once

#include "core/graph/tensor_type.h"
#include "ui/model/theme.h"

#include <QPainterPath>

namespace concord {

/// A port's form says its type: square image, circle features (and tokens, vectors), diamond prediction, triangle label, inverted triangle loss.
const QPainterPath &portShape(PortType type);

QColor portColour(PortType type, const Theme &theme);

} // namespace concord
