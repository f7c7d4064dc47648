#pragma once

#include "core/data/dataset.h"
#include "core/graph/analysis.h"
#include "core/graph/experiment.h"
#include "core/model/generator.h"
#include "core/model/model.h"
#include "core/train/learner.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace concord::test {

/// A compiled experiment with statistics that are not those of the start, so that evaluation depends on them.
struct SmallModel
{
    DatasetInfo data;
    std::unique_ptr<Model> model;

    explicit SmallModel(const Experiment &experiment)
    {
        const Analysis analysis = analyse(experiment.graph);
        if (!analysis.runnable())
            throw Error("{}", analysis.firstError());
        data = requireDataNode(analysis).describe();
        model = Model::compile(experiment.graph, analysis, data, {.device = "cpu", .channelsLast = true, .seed = 3});
        model->setTraining(true);
        const at::NoGradGuard noGradient;
        model->forward(image(4, 1));
    }

    /// Random images of the data set's size, or larger by whole factors.
    at::Tensor image(std::int64_t batch, std::uint64_t seed, std::int64_t factor = 1) const
    {
        std::vector<std::int64_t> sizes = {batch};
        sizes.insert(sizes.end(), data.image.begin(), data.image.end());
        if (sizes.size() == 4) {
            sizes[2] *= factor;
            sizes[3] *= factor;
        }
        at::Tensor result = at::empty(sizes);
        return result.uniform_(0, 1, makeGenerator(at::kCPU, seed));
    }
};

/// An example of the resources, on images of 32 × 32.
inline Experiment smallExample(const std::filesystem::path &file)
{
    Experiment experiment = loadExperiment(file);
    setPath(experiment, "node.data.size=32");
    return experiment;
}

inline std::string bytesOfFile(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

/// A graph of random data from lines "id type a.port>in b.port>in" and "id.param=value"; every task of `tasks` has its loss and
/// reads the prediction of the node with its name.
inline Experiment graphOf(const std::vector<std::string> &tasks, const std::vector<std::int64_t> &shape, const std::vector<std::string> &lines)
{
    Experiment experiment;
    TaskGraph &graph = experiment.graph;
    graph.nodes.push_back({.id = "data", .type = "random_data", .params = {{"shape", shape}, {"tasks", tasks}, {"count", std::int64_t(16)}}});
    const auto port = [](const std::string &text) { return PortRef{text.substr(0, text.find('.')), text.substr(text.find('.') + 1)}; };
    for (const std::string &line : lines) {
        const std::vector<std::string> words = split(line, ' ');
        graph.nodes.push_back({.id = words[0], .type = words[1]});
        for (std::size_t i = 2; i < words.size(); ++i) {
            if (const std::size_t arrow = words[i].find('>'); arrow != std::string::npos)
                graph.edges.push_back({port(words[i].substr(0, arrow)), {words[0], words[i].substr(arrow + 1)}});
            else
                setPath(experiment, "node." + words[0] + "." + words[i]);
        }
    }
    graph.nodes.push_back({.id = "balance", .type = "balance"});
    static const std::map<std::string, std::string> losses = {{"segmentation", "cross_entropy"}, {"depth", "l1"}, {"normals", "cosine_normals"}, {"edges", "weighted_bce"},
                                                              {"saliency", "weighted_bce"}, {"classification", "cross_entropy"}, {"multilabel", "weighted_bce"}, {"regression", "l2"}};
    for (std::size_t t = 0; t < tasks.size(); ++t) {
        const std::vector<std::string> parts = split(tasks[t], ':');
        graph.nodes.push_back({.id = parts[0] + "_loss", .type = losses.at(parts[1])});
        graph.edges.push_back({{parts[0], "out"}, {parts[0] + "_loss", "prediction"}});
        graph.edges.push_back({{"data", "label." + parts[0]}, {parts[0] + "_loss", "label"}});
        graph.edges.push_back({{parts[0] + "_loss", "loss"}, {"balance", "loss." + std::to_string(t)}});
    }
    return experiment;
}

} // namespace concord::test
