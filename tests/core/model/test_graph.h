#pragma once

#include "core/graph/analysis.h"
#include "core/model/model.h"

namespace concord::test {

/// Graphs over the block "model_test_data": images 3×size×size with tasks seg (4 classes), depth and normals.
class GraphBuilder
{
public:
    explicit GraphBuilder(std::int64_t size = 16);

    /// Adds a node; `from` ("node.port", in the order of the inputs named) are linked to `to`.
    GraphBuilder &add(const std::string &id, const std::string &type, const ParamMap &params, const std::vector<std::string> &from,
                      const std::vector<std::string> &to = {"in"});

    /// Head, loss and link to the balance node for one of the three tasks, reading `from`.
    GraphBuilder &task(const std::string &name, const std::string &from);

    /// Throws Error when the analysis finds one.
    std::unique_ptr<Model> compile(const ModelOptions &options = {}) const;

    const TaskGraph &graph() const { return graph_; }
    DatasetInfo data() const;

private:
    TaskGraph graph_;
    int tasks_ = 0;
};

} // namespace concord::test
