#include "core/probe/evaluation.h"

#include "core/probe/device_batch.h"
#include "tests/core/probe/toy.h"
#include "tests/support/testing.h"

#include <cmath>

namespace concord::test {

class EvaluationTest : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Model> modelOf(const Experiment &experiment, const Dataset &set)
    {
        return Model::compile(experiment.graph, analyse(experiment.graph), set.info(), {});
    }

    static TaskScore scoreOf(double value, double constant, bool higherIsBetter)
    {
        return {.metrics = {{.name = "side", .value = 5}, {.name = "main", .value = value, .higherIsBetter = higherIsBetter, .main = true}},
                .constants = {{.name = "main", .value = constant, .higherIsBetter = higherIsBetter, .main = true}}};
    }

    static bool goOn() { return true; }

  private Q_SLOTS:
    void relatesToTheConstantPredictor()
    {
        QCOMPARE(ratioToConstant(scoreOf(0.5, 0.125, true)), 4.0);
        QCOMPARE(ratioToConstant(scoreOf(0.5, 0.125, false)), 0.25);
        QCOMPARE(ratioToConstant(scoreOf(0, 0, true)), 1.0);
        QCOMPARE(ratioToConstant(scoreOf(0.5, 0, true)), 1000.0);
        QCOMPARE(ratioToConstant(scoreOf(0, 0.5, true)), 0.001);
        QVERIFY(std::isnan(ratioToConstant(scoreOf(std::nan(""), 1, true))));
        QVERIFY(std::isnan(ratioToConstant(TaskScore{})));
        const auto percent = [](double value, double constant) {
            TaskScore score = scoreOf(value, constant, true);
            score.metrics[1].unit = score.constants[0].unit = "%";
            return ratioToConstant(score);
        };
        QCOMPARE(percent(40, 0), 40.0);   // average precision of boxes: no constant finds one
        QCOMPARE(percent(0.2, 0), 1.0);
        QCOMPARE(percent(40, 20), 2.0);
    }

    void meansGeometricallyAndLeavesUnknownTasksOut()
    {
        // √(4 · 9) = 6 times better, so + 500 %.
        const EvaluationResult result{{scoreOf(0.4, 0.1, true), scoreOf(1, 9, false), TaskScore{}}};
        QVERIFY(std::abs(result.mean() - 500) < 1e-9);
        QVERIFY(std::isnan(EvaluationResult{{TaskScore{}}}.mean()));
    }

    void seesTheWholeSetWhateverTheBatch()
    {
        const auto set = std::make_shared<ToySet>(ToySpec{.validation = 7, .missing = true}, Split::validation);
        const std::unique_ptr<Model> model = modelOf(vectorExperiment(), *set);

        // Independently, one sample at a time.
        double error = 0;
        double entropy = 0;
        int digits = 0;
        int right = 0;
        model->setTraining(false);
        for (std::int64_t i = 0; i < set->size(); ++i) {
            const Sample sample = set->get(i);
            std::vector<float> image = sample.image;
            const Forward forward = model->forward(at::from_blob(image.data(), {1, 4}, at::kFloat));
            error += std::abs(forward.predictions[0].item<double>() - double(sample.labels[0][0]));
            if (sample.labels[1].empty())
                continue;
            const at::Tensor scores = forward.predictions[1][0];
            const auto digit = std::int64_t(sample.labels[1][0]);
            entropy -= scores.log_softmax(0)[digit].item<double>();
            right += scores.argmax().item<std::int64_t>() == digit;
            ++digits;
        }
        model->setTraining(true);

        for (const std::int64_t batch : {1, 3, 7, 100}) {
            Evaluation evaluation(*model, set, {.batch = batch, .threads = 1}, true);
            for (int again = 0; again < 2; ++again) {
                const auto result = evaluation.run(goOn);
                QVERIFY(result.has_value());
                QVERIFY(std::abs(result->tasks[0].loss - error / 7) < 1e-5);
                QVERIFY(std::abs(result->tasks[1].loss - entropy / digits) < 1e-5);
                const auto accuracy = std::ranges::find_if(result->tasks[1].metrics, [](const MetricValue &value) { return value.main; });
                QVERIFY(accuracy != result->tasks[1].metrics.end());
                const double share = double(right) / digits;
                QVERIFY(std::abs(accuracy->value - share) < 1e-6 || std::abs(accuracy->value - 100 * share) < 1e-4);
                QCOMPARE(result->tasks[0].metrics.size(), result->tasks[0].constants.size());
            }
        }
    }

    void touchesNeitherGeneratorNorGradientsNorMode()
    {
        const auto set = std::make_shared<ToySet>(ToySpec{.images = true}, Split::validation);
        const std::unique_ptr<Model> model = modelOf(imageExperiment(), *set);
        const at::Tensor generator = model->generator().get_state();
        std::vector<at::Tensor> buffers;
        for (const auto &[name, value] : model->buffers())
            buffers.push_back(value.clone());
        Evaluation evaluation(*model, set, {.batch = 4, .threads = 0}, true);
        QVERIFY(evaluation.run(goOn).has_value());
        QVERIFY(model->generator().get_state().equal(generator));
        QVERIFY(model->nodes().front().layer->isTraining());
        for (std::size_t i = 0; i < buffers.size(); ++i)
            QVERIFY(model->buffers()[i].second.equal(buffers[i]));
        for (const ModelParameter &parameter : model->parameters())
            QVERIFY(!parameter.value.grad().defined());
    }

    void stopsBetweenBatchesAndBeginsAnewAfterwards()
    {
        const auto set = std::make_shared<ToySet>(ToySpec{.validation = 6}, Split::validation);
        const std::unique_ptr<Model> model = modelOf(vectorExperiment(), *set);
        Evaluation evaluation(*model, set, {.batch = 2, .threads = 1}, true);
        int asked = 0;
        QVERIFY(!evaluation.run([&asked] { return ++asked < 2; }).has_value());
        QCOMPARE(asked, 2);
        const auto after = evaluation.run(goOn);
        Evaluation fresh(*model, set, {.batch = 2, .threads = 1}, true);
        QCOMPARE(after->tasks[0].loss, fresh.run(goOn)->tasks[0].loss);
        QVERIFY(std::isfinite(after->mean()));
    }
};

} // namespace concord::test

using concord::test::EvaluationTest;
CONCORD_TEST(EvaluationTest)
#include "evaluation_test.moc"
