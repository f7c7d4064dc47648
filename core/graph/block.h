#pragma once

#include "core/base/params.h"
#include "core/base/registry.h"
#include "core/graph/tensor_type.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace concord {

class Layer;   // core/model/layer.h
struct Analysis;
struct TaskGraph;

/// A typed end of an edge. A repeating port "in" stands for "in.0", "in.1", … one per task.
struct Port
{
    std::string id = {};
    PortType type = PortType::features;
    bool repeats = false;
    bool optional = false;   ///< an input that need not be linked
    std::string label = {};  ///< words for the tool tip; the id when empty
};

/// Types by expanded port id ("in", "in.0").
using PortTypes = std::map<std::string, TensorType>;

struct Inference
{
    PortTypes outputs = {};
    std::int64_t parameters = 0;
    std::int64_t macs = 0;   ///< multiply-adds for one sample, forward
    int forwards = 1;        ///< how often its weights run in one step: once per task where tasks condition them; `macs` has them all
};

/// What Block::build gets: the linked inputs and inferred outputs of this node.
struct BuildSpec
{
    PortTypes inputs = {};
    PortTypes outputs = {};
};

/// A node type. An object is one node's configuration: cheap, made from defaults plus the node's parameters on every edit.
/// Everything but `build` is torch-free, so that the editor is instant.
class Block : public Parametrised
{
public:
    virtual std::vector<Port> inputs() const = 0;
    virtual std::vector<Port> outputs() const = 0;

    /// Output types and cost from the linked inputs (absent = not linked; repeating ports by their expanded ids;
    /// `repeats` = how many copies repeating ports have). Throws Error("expected …, found …") on shapes that cannot work.
    virtual Inference infer(const PortTypes &inputs, int repeats) const = 0;

    /// The trainable module; null for data, loss and balance nodes. Called only where infer succeeded.
    virtual std::shared_ptr<Layer> build(const BuildSpec &) const { return nullptr; }

    /// Why this block cannot do its work in a graph that is otherwise whole: one sentence, or "" when it can.
    virtual std::string refusal(const TaskGraph &, const Analysis &) const { return {}; }

    /// The main settings in a few words, for the node's second line: "64 channels, bilinear ×4".
    virtual std::string summary() const { return {}; }
};

using BlockRegistry = Registry<Block>;

/// The linked input `port`; throws Error when it is not linked.
const TensorType &requireInput(const PortTypes &inputs, const std::string &port);

/// As above, and the shape must have `rank` sizes; throws Error("expected … [C, H, W], found …").
const Shape &requireShape(const PortTypes &inputs, const std::string &port, std::size_t rank);

} // namespace concord
