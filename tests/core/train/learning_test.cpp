#include "core/train/trainer.h"

#include "tests/core/probe/toy.h"
#include "tests/core/train/recorder.h"
#include "tests/support/testing.h"

namespace concord::test {

/// The whole way, on the built-in scenes: sixty steps must beat the best constant predictor.
class LearningTest : public QObject
{
    Q_OBJECT

    static Experiment scenes()
    {
        Experiment experiment = imageExperiment("equal", 0);
        TaskGraph &graph = experiment.graph;
        *graph.find("data") = {.id = "data",
                               .type = "scenes",
                               .params = {{"size", std::vector<std::int64_t>{32}},
                                          {"train", std::int64_t(160)},
                                          {"validation", std::int64_t(32)},
                                          {"tasks", std::vector<std::string>{"segmentation", "depth", "edges"}}}};
        graph.find("trunk")->params = {{"channels", std::vector<std::int64_t>{16, 24, 24}}, {"strides", std::vector<std::int64_t>{1, 2}}};
        for (const char *decoder : {"half_decoder", "depth_decoder", "edge_decoder"})
            graph.find(decoder)->params["channels"] = std::int64_t(24);
        for (Edge &edge : graph.edges)
            edge.from.port = edge.from.port == "label.half" ? "label.segmentation" : edge.from.port == "label.edge" ? "label.edges" : edge.from.port;
        const Analysis analysis = analyse(graph);
        graph.find("half_head")->params["classes"] = analysis.nodes.at("data").outputTypes.at("label.segmentation").task.classes;
        experiment.plan.steps = 60;
        experiment.plan.batch = 8;
        experiment.plan.evaluateEvery = 60;
        return experiment;
    }

  private Q_SLOTS:
    void beatsTheConstantPredictor()
    {
        RunControl control;
        Recorder recorder;
        const TrainResult result = train(scenes(), {}, control, recorder.sink());
        QVERIFY2(result.state == RunState::finished, result.message.c_str());
        const auto at60 = [&recorder](const std::string &name) {
            const auto series = recorder.series(name);
            return series.empty() ? std::nan("") : series.rbegin()->second;
        };
        const double accuracy = at60("val/segmentation/mIoU");
        const double constant = at60("baseline/segmentation/mIoU");
        qInfo("mIoU %g (constant %g), depth abs %g (constant %g), mean %+g %%", accuracy, constant, at60("val/depth/abs"), at60("baseline/depth/abs"),
              at60("val/mean"));
        QVERIFY(accuracy > 1.5 * constant);
        QVERIFY(at60("val/mean") > 0);
        QVERIFY(recorder.series("loss/segmentation")[60] < recorder.series("loss/segmentation")[1]);
    }
};

} // namespace concord::test

using concord::test::LearningTest;
CONCORD_TEST(LearningTest)
#include "learning_test.moc"
