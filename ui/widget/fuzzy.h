#pragma once

#include "core/base/registry.h"

#include <QString>

#include <optional>

namespace concord {

/// How well `typed` fits `text`: its letters must occur in order, whatever lies between. Higher is better; nothing when they do not.
/// Starts of words and unbroken runs count most, so that "cs" finds "Convolution stack" before "aCcuracy loSs".
std::optional<int> fuzzyScore(const QString &typed, const QString &text);

/// The best of a card's title, id and category; the title counts most.
std::optional<int> cardScore(const QString &typed, const Card &card);

} // namespace concord
