#include "core/session/shared_trunk.h"

namespace concord {

Stream addSharedTrunk(RecipeLayout &layout, const std::string &prefix, double y)
{
    layout.nextColumn();
    const Stream stem = layout.addStem(prefix + (layout.hasImages() ? "stem" : "trunk"), layout.input(), y);
    if (!layout.hasImages() || layout.isResNet())
        return stem;
    layout.nextColumn();
    return layout.addUnits(prefix + "trunk", layout.options().blocks, stem, y);
}

} // namespace concord
