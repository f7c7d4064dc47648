#pragma once

#include "core/graph/experiment.h"

namespace concord::test {

/// Regression and classification from six numbers: a run takes milliseconds.
inline Experiment quickExperiment(std::int64_t steps = 4)
{
    Experiment result;
    result.name = "quick";
    result.graph.nodes = {
        {.id = "data", .type = "random_data", .params = {{"shape", std::vector<std::int64_t>{6}}, {"tasks", std::vector<std::string>{"value:regression:2", "kind:classification:3"}}, {"count", std::int64_t(32)}}},
        {.id = "trunk", .type = "mlp", .params = {{"hidden", std::vector<std::int64_t>{8}}}},
        {.id = "value", .type = "regression_head", .params = {{"values", std::int64_t(2)}}},
        {.id = "kind", .type = "classification_head", .params = {{"classes", std::int64_t(3)}}},
        {.id = "value_loss", .type = "l2"},
        {.id = "kind_loss", .type = "cross_entropy"},
        {.id = "balance", .type = "balance", .params = {{"method", std::string("pcgrad")}}},
    };
    result.graph.edges = {{{"data", "image"}, {"trunk", "in"}},          {{"trunk", "out"}, {"value", "in"}},          {{"trunk", "out"}, {"kind", "in"}},
                          {{"value", "out"}, {"value_loss", "prediction"}}, {{"kind", "out"}, {"kind_loss", "prediction"}}, {{"data", "label.value"}, {"value_loss", "label"}},
                          {{"data", "label.kind"}, {"kind_loss", "label"}}, {{"value_loss", "loss"}, {"balance", "loss.0"}}, {{"kind_loss", "loss"}, {"balance", "loss.1"}}};
    result.plan.batch = 8;
    result.plan.steps = steps;
    result.plan.threads = 1;
    return result;
}

} // namespace concord::test
