#include "core/probe/prediction_probe.h"

#include "core/probe/plane.h"
#include "tests/core/probe/toy.h"
#include "tests/support/testing.h"

#include <map>

namespace concord::test {

class PredictionProbeTest : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Model> modelOf(const Experiment &experiment, const Dataset &set)
    {
        return Model::compile(experiment.graph, analyse(experiment.graph), set.info(), {});
    }

  private Q_SLOTS:
    void showsImageTruthAndPredictionOfEachTask()
    {
        const ToySet set({.images = true, .validation = 6, .missing = true}, Split::validation);
        const std::unique_ptr<Model> model = modelOf(imageExperiment(), set);
        PredictionProbe probe(*model, set, 3, true);
        const std::vector<PredictionEvent> events = probe.measure(12);

        std::map<std::string, int> count;
        for (const PredictionEvent &event : events) {
            QCOMPARE(event.step, std::int64_t(12));
            QCOMPARE(event.width, 16);
            QCOMPARE(event.height, 16);
            QCOMPARE(event.data.size(), std::size_t(256 * event.channels * event.bytesPerValue));
            ++count[event.kind + "/" + event.task];
        }
        QCOMPARE(count["image/"], 3);
        QCOMPARE(count["truth/half"], 3);
        QCOMPARE(count["prediction/half"], 3);
        QCOMPARE(count["prediction/depth"], 3);
        // Samples 0, 2 and 4 of 6 are shown; 0 (a multiple of 3) has no depth.
        QCOMPARE(count["truth/depth"], 2);
        const Sample second = set.get(2);
        QCOMPARE(events[3].kind, std::string("image"));
        QCOMPARE(events[3].sample, 1);
        QCOMPARE(events[3].data, imagePlane(second.image, {3, 16, 16}).data);
    }

    void givesTheSamePicturesOfTheSameWeights()
    {
        const ToySet set({.images = true}, Split::validation);
        const std::unique_ptr<Model> model = modelOf(imageExperiment(), set);
        PredictionProbe probe(*model, set, 2, true);
        const auto before = probe.measure(1);
        const auto after = probe.measure(2);
        for (std::size_t i = 0; i < before.size(); ++i)
            QCOMPARE(before[i].data, after[i].data);
        QVERIFY(model->nodes().front().layer->isTraining());
    }

    void asksForNoMoreThanThereIs()
    {
        const ToySet set({.validation = 2}, Split::validation);
        const std::unique_ptr<Model> model = modelOf(vectorExperiment(), set);
        QCOMPARE(PredictionProbe(*model, set, 8, true).measure(0).size(), std::size_t(2 * 5));
        QVERIFY(PredictionProbe(*model, set, 0, true).measure(0).empty());
    }
};

} // namespace concord::test

using concord::test::PredictionProbeTest;
CONCORD_TEST(PredictionProbeTest)
#include "prediction_probe_test.moc"
