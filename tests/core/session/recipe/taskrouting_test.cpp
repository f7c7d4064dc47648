#include "core/model/routing_masks.h"
#include "tests/core/session/recipe_model.h"
#include "tests/core/session/trained_graph.h"

#include <torch/csrc/autograd/autograd.h>

namespace concord::test {

class TaskRoutingRecipeTest : public QObject
{
    Q_OBJECT

    static RecipeModel model(int tasks, const ParamMap &params, bool images = true)
    {
        return RecipeModel("taskrouting", images ? noiseData({3, 32, 32}, mixedTasks(tasks, true)) : noiseData({12}, mixedTasks(tasks, false)), params);
    }

private Q_SLOTS:
    /// σ = 1 with the weights of hard sharing predicts what hard sharing predicts.
    void everythingSharedIsHardSharing()
    {
        const Node data = noiseData({3, 32, 32}, mixedTasks(3, true));
        const RecipeModel routed("taskrouting", data, {{"backbone", "resnet18"}, {"sharing", 1.0}});
        const RecipeModel hard("hps", data, {{"backbone", "resnet18"}});
        QCOMPARE(routed.analysis.parameters, hard.analysis.parameters);
        {
            const at::NoGradGuard noGrad;
            for (const ModelParameter &parameter : hard.model->parameters())
                if (parameter.name.starts_with("stem_stage"))
                    routed.parameter((parameter.name[10] == '1' ? "trunk" : "routed") + parameter.name.substr(4)).copy_(parameter.value);
        }
        const std::vector<at::Tensor> expected = hard.predictions();
        const std::vector<at::Tensor> found = routed.predictions();
        for (std::size_t t = 0; t < 3; ++t)
            QVERIFY(at::allclose(found[t], expected[t], 1e-4, 1e-5));
    }

    /// σ = 0: from the image to the prediction no number is trained by two tasks.
    void nothingSharedIsSeparateNetworks()
    {
        for (const bool images : {true, false}) {
            const RecipeModel routed = model(3, {{"sharing", 0.0}}, images);
            routed.model->setTraining(true);
            std::vector<at::Tensor> parameters;
            for (const ModelParameter &parameter : routed.model->parameters())
                parameters.push_back(parameter.value);
            const Forward forward = routed.model->forward(routed.batch());
            std::vector<std::vector<at::Tensor>> gradients;
            for (const at::Tensor &prediction : forward.predictions)
                gradients.push_back(torch::autograd::grad({prediction.square().sum()}, parameters, {}, true, false, true));
            for (std::size_t p = 0; p < parameters.size(); ++p)
                for (std::size_t i = 0; i < 3; ++i)
                    for (std::size_t j = 0; j < i; ++j)
                        if (gradients[i][p].defined() && gradients[j][p].defined())
                            QVERIFY2((gradients[i][p] * gradients[j][p]).abs().max().item<float>() == 0, routed.model->parameters()[p].name.c_str());
        }
    }

    void tasksAddNoParameters()
    {
        for (const bool images : {true, false})
            QCOMPARE(model(2, {}, images).sharedNumbers(), model(6, {}, images).sharedNumbers());
        const RecipeModel six = model(6, {});
        QCOMPARE(six.analysis.nodes.at("routed_stage1").forwards, 6);
        QVERIFY(!at::allclose(six.values("routed_stage3").outputs[0], six.values("routed_stage3").outputs[1]));
    }

    /// Each layer's masks are its own, and in a trained and resumed run's checkpoint they are those drawn from the seed.
    void masksOutliveTraining()
    {
        const std::unique_ptr<Recipe> recipe = RecipeRegistry::instance().make("taskrouting");
        setParams(*recipe, {{"channels", std::vector<std::int64_t>{8, 8}}, {"blocks", std::int64_t(1)}, {"seed", std::int64_t(3)}}, "taskrouting");
        Experiment experiment = recipe->make(noiseData({3, 16, 16}, mixedTasks(2, true)));
        experiment.plan.steps = 4;
        experiment.plan.batch = 4;
        experiment.plan.seed = 99;
        TinyProject project;
        const int run = project.queue(experiment);
        QVERIFY(project.execute(run, 2).state != RunState::failed);
        QCOMPARE(project.execute(run, 4).state, RunState::finished);
        const auto weights = lastWeights(project, run);
        std::vector<at::Tensor> found;
        for (std::size_t stage = 0; stage < 2; ++stage) {
            const std::vector<std::vector<bool>> expected = drawRoutingMasks({.sharing = 0.5, .isSplit = true, .seed = 3000 + stage}, 0, 8, 2);
            const auto name =
                std::ranges::find_if(weights, [&](const auto &entry) { return entry.first.ends_with(fmt::format("routed_stage{}.0.conv1.mask", stage + 1)); });
            QVERIFY(name != weights.end());
            found.push_back(name->second.flatten(1));
            for (std::int64_t t = 0; t < 2; ++t)
                for (std::int64_t c = 0; c < 8; ++c)
                    QCOMPARE(found.back()[t][c].item<float>() == 1, bool(expected[std::size_t(t)][std::size_t(c)]));
        }
        QVERIFY(!at::equal(found[0], found[1]));
    }
};

CONCORD_TEST(TaskRoutingRecipeTest)

} // namespace concord::test

#include "taskrouting_test.moc"
