#pragma once

#include "core/graph/block.h"

#include <memory>
#include <string>
#include <vector>

namespace concord {

enum class Split { train, validation, test };
const char *name(Split split);

/// One sample on the host. Label layouts are those of TaskInfo; an empty label is missing.
struct Sample
{
    std::vector<float> image = {};               ///< [C, H, W] in 0 … 1, or a vector
    std::vector<std::vector<float>> labels = {}; ///< one per task of DatasetInfo
};

struct DatasetInfo
{
    Shape image = {};
    std::vector<TaskInfo> tasks = {};
    std::vector<Shape> labelShapes = {}; ///< one per task
    std::vector<float> mean = {};        ///< per channel; subtracted by the model's input stage
    std::vector<float> deviation = {};   ///< per channel; divided by
    bool mayFlip = true;                 ///< false where a mirrored image would have other labels (digits)
};

/// Has the task a value per pixel?
bool isDense(TaskKind kind);

/// Is the task predicted by a map: a dense task, or boxes by their centres?
bool predictsMap(TaskKind kind);

/// Rows of a label of boxes: no image has more.
constexpr std::int64_t mostBoxes = 32;
/// Numbers of a row: class id, left, top, right, bottom.
constexpr std::int64_t boxNumbers = 5;

/// The layout of TaskInfo for images of shape `image`; throws Error for a task on images on a flat vector.
Shape labelShape(const TaskInfo &task, const Shape &image);

/// A parameter that holds "height, width" or one number for both; throws Error naming `what`.
struct ImageSize
{
    std::int64_t height = 0;
    std::int64_t width = 0;

    bool operator==(const ImageSize &) const = default;
};
ImageSize imageSize(const std::vector<std::int64_t> &numbers, const char *what);

/// Random access; `get` may be called from several threads at once. Same index → same bytes, always.
class Dataset
{
public:
    virtual ~Dataset() = default;
    virtual const DatasetInfo &info() const = 0;
    virtual std::int64_t size() const = 0;
    virtual Sample get(std::int64_t index) const = 0; ///< throws Error naming file, expected, found
};

/// A data node. Outputs: "image" (PortType::image, or vector for flat data), then "label.<task>" per task.
/// `infer` must not touch the disk more than a first look (cached), `open` may read everything.
class DataBlock : public Block
{
public:
    virtual DatasetInfo describe() const = 0;                                               ///< throws Error
    virtual std::shared_ptr<const Dataset> open(Split split, std::uint64_t seed) const = 0; ///< throws Error

    std::vector<Port> inputs() const override { return {}; }
    std::vector<Port> outputs() const override; ///< from describe(); just "image" when that throws
    Inference infer(const PortTypes &inputs, int repeats) const override;
};

} // namespace concord
