#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace concord {

/// Sizes without the batch: {channels, height, width}, {features} or {}.
using Shape = std::vector<std::int64_t>;

/// What flows over a link. Decides which ports fit (`fits`), and their look.
enum class PortType { image, features, tokens, vector, prediction, label, loss };

enum class TaskKind { segmentation, depth, normals, edges, saliency, classification, multilabel, regression, boxes };

const char *name(PortType type);
const char *name(TaskKind kind);
PortType portType(const std::string &name);   ///< throws Error naming the known ones
TaskKind taskKind(const std::string &name);   ///< likewise

/// A task as its label describes it. Label values are floats:
/// segmentation [H, W] class ids · depth [1, H, W] metres, ≤ 0 unknown · normals [3, H, W] unit, 0 unknown ·
/// edges, saliency [1, H, W] 0 or 1, < 0 unknown · classification [] class id · multilabel [classes] 0 or 1, < 0 unknown ·
/// regression [classes] values · boxes [most boxes, 5]: class id (< 0: no box), then left, top, right, bottom as shares of the image.
struct TaskInfo
{
    std::string name = {};
    TaskKind kind = TaskKind::segmentation;
    std::int64_t classes = 0;                   ///< number of classes or of values; 1 for depth and edges, 3 for normals
    std::int64_t ignore = -1;                   ///< class id that counts as unlabelled; −1 for none
    std::string unit = {};
    std::vector<std::string> classNames = {};

    bool operator==(const TaskInfo &) const = default;
};

struct TensorType
{
    PortType type = PortType::features;
    Shape shape = {};
    TaskInfo task = {};   ///< for labels

    bool operator==(const TensorType &) const = default;
};

/// May an output of type `from` be linked to an input of type `to`? An image fits where features are expected, and a
/// prediction may be read on as features.
bool fits(PortType from, PortType to);

/// "an image", "features", "a loss": for sentences.
const char *typeWords(PortType type);

/// What fits an input of this type: "features, an image or a prediction".
std::string acceptedTypes(PortType input);

std::int64_t elementCount(const Shape &shape);

} // namespace concord
