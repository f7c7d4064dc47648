#include "core/tensor/safetensors.h"
#include "tests/core/session/recipe_model.h"
#include "tests/core/session/trained_graph.h"
#include "tests/support/testing.h"

#include <torch/csrc/autograd/autograd.h>

namespace concord::test {

class EmotionKdGrlTest : public QObject
{
    Q_OBJECT

    using Numbers = std::vector<std::int64_t>;

    static Node faces(bool images)
    {
        const std::vector<std::string> tasks = {"valence_arousal:regression:2", "expression:classification:8", "action_units:multilabel:12"};
        return noiseData(images ? Numbers{3, 16, 16} : Numbers{12}, tasks);
    }

    /// The value of a node's further term in training.
    static at::Tensor term(const RecipeModel &recipe, const std::string &node)
    {
        recipe.model->setTraining(true);
        recipe.model->forward(recipe.batch());
        return recipe.node(node).layer->auxiliaryLoss();
    }

    /// Of the term along its own gradient, from two further forward passes.
    static double slope(const RecipeModel &recipe, const std::string &node, at::Tensor parameter, const at::Tensor &direction)
    {
        const at::NoGradGuard noGrad;
        constexpr double h = 1e-2;
        const at::Tensor start = parameter.clone();
        parameter.copy_(start + direction * h);
        const double above = term(recipe, node).item<double>();
        parameter.copy_(start - direction * h);
        const double below = term(recipe, node).item<double>();
        parameter.copy_(start);
        return (above - below) / (2 * h);
    }

    /// Trained weights of the recipe hps, in a file as the exporter writes it.
    static std::string teacherFile(const RecipeModel &hps, const QTemporaryDir &folder)
    {
        NamedTensors tensors = hps.model->buffers();
        for (const ModelParameter &parameter : hps.model->parameters())
            tensors.emplace_back(parameter.name, parameter.value.detach());
        const std::string file = folder.filePath("teacher.safetensors").toStdString();
        saveSafetensors(file, tensors);
        return file;
    }

private Q_SLOTS:
    /// The discriminator goes down its cross-entropy; what makes the features goes up, by the factor of the reversal.
    void encoderIsDrivenAgainstTheDiscriminator()
    {
        for (const double reversal : {1.0, 0.5}) {
            const RecipeModel recipe("emotion_kd_grl", faces(false), {{"hidden", Numbers{16, 8}}, {"reversal", reversal}, {"discriminator", 10.0}});
            for (const auto &[name, sign] : {std::pair("discriminator.fc1.weight", 1.0), std::pair("expression_features.fc1.weight", -reversal), std::pair("trunk.fc2.weight", -reversal)}) {
                const at::Tensor parameter = recipe.parameter(name);
                const at::Tensor gradient = torch::autograd::grad({term(recipe, "discriminator")}, {parameter})[0];
                const double length = gradient.norm().item<double>();
                QVERIFY(length > 1e-4);
                const double expected = sign * slope(recipe, "discriminator", parameter, gradient / length);
                QVERIFY2(std::abs(length - expected) < 0.03 * length, qPrintable(QString("%1: %2, %3").arg(name).arg(length).arg(expected)));
            }
        }
    }

    /// The distance to the teacher moves the student, and never the teacher.
    void theTeacherDoesNotFollow()
    {
        const RecipeModel recipe("emotion_kd_grl", faces(true));
        for (const char *task : {"valence_arousal", "expression", "action_units"}) {
            const at::Tensor distance = term(recipe, std::string(task) + "_distilled");
            QVERIFY(distance.item<double>() > 0);
            for (const ModelParameter &parameter : recipe.model->parameters()) {
                const bool isTeacher = parameter.name.starts_with("teacher_") || parameter.name.find("_initial") != std::string::npos;
                const at::Tensor gradient = torch::autograd::grad({distance}, {parameter.value}, {}, true, false, true)[0];
                if (isTeacher)
                    QVERIFY2(!gradient.defined(), parameter.name.c_str());
                if (parameter.name.starts_with("trunk.") || parameter.name == std::string(task) + "_head.fc.weight")
                    QVERIFY2(gradient.defined() && gradient.abs().max().item<float>() > 0, parameter.name.c_str());
            }
        }
    }

    /// Without a file the teacher learns from the same labels: its losses are part of the tasks'.
    void withoutFileTheTeacherIsTrained()
    {
        const RecipeModel recipe("emotion_kd_grl", faces(true));
        QCOMPARE(recipe.count("loss_sum"), std::int64_t(3));
        QVERIFY(recipe.experiment.plan.freeze.empty());
        for (const ModelParameter &parameter : recipe.model->parameters())
            if (parameter.name.starts_with("teacher_trunk."))
                QCOMPARE(parameter.tasks.size(), std::size_t(3));
    }

    void aFileIsTheTeacher()
    {
        for (const bool images : {true, false}) {
            const QTemporaryDir folder;
            const RecipeModel hps("hps", faces(images));
            {
                const at::NoGradGuard noGrad;
                for (const ModelParameter &parameter : hps.model->parameters())
                    at::Tensor(parameter.value).mul_(1.3);   // not what the teacher would start with
            }
            const RecipeModel recipe("emotion_kd_grl", faces(images), {{"teacher", teacherFile(hps, folder)}});
            const std::vector<at::Tensor> expected = hps.predictions();
            for (std::size_t t = 0; t < 3; ++t) {
                const char *task = std::array{"valence_arousal", "expression", "action_units"}[t];
                QVERIFY(at::allclose(recipe.values(fmt::format("teacher_{}_head", task)).outputs[0], expected[t], 1e-4, 1e-5));
            }
            QCOMPARE(recipe.count("loss_sum"), std::int64_t(0));
        }
    }

    /// Through training, with task gradients and without: no weight or statistic of it changes, and the student's do.
    void aTeacherFromAFileStaysAsItIs()
    {
        for (const char *method : {"equal", "pcgrad"}) {
            const QTemporaryDir folder;
            const RecipeModel hps("hps", faces(true));
            const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make("emotion_kd_grl");
            setParams(*recipe, {{"teacher", teacherFile(hps, folder)}, {"method", method}}, "emotion_kd_grl");
            Experiment experiment = recipe->make(faces(true));
            experiment.plan.steps = 3;
            experiment.plan.batch = 4;
            experiment.plan.threads = 1;
            TinyProject project;
            const int run = project.queue(experiment);
            const StateEvent outcome = project.execute(run);
            QVERIFY2(outcome.state == RunState::finished, outcome.message.c_str());
            const auto after = lastWeights(project, run);
            for (const auto &[name, value] : hps.model->buffers())
                QVERIFY2(after.at("buffer.teacher_" + name).equal(value), name.c_str());
            for (const ModelParameter &parameter : hps.model->parameters()) {
                QVERIFY2(after.at("model.teacher_" + parameter.name).equal(parameter.value), parameter.name.c_str());
                if (parameter.name.ends_with("weight") && !parameter.name.ends_with("_head.fc.weight"))
                    QVERIFY2(!after.at("model." + parameter.name).equal(parameter.value), parameter.name.c_str());
            }
        }
    }
};

CONCORD_TEST(EmotionKdGrlTest)

} // namespace concord::test

#include "emotion_kd_grl_test.moc"
