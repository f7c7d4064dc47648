#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

class DistillationTest : public QObject
{
    Q_OBJECT

    static concord::test::BuiltBlock distillation(const char *kind, double temperature, double weight = 1, const Shape &shape = {4})
    {
        const TensorType type{.type = PortType::prediction, .shape = shape};
        return {"distillation", {{"kind", kind}, {"temperature", temperature}, {"weight", weight}}, {{"student", type}, {"teacher", type}}};
    }

    static at::Tensor leaf(at::IntArrayRef sizes, std::uint64_t seed) { return concord::test::randomTensor(sizes, seed).to(at::kDouble).set_requires_grad(true); }

    static at::Tensor gradient(const concord::test::BuiltBlock &built, const at::Tensor &student, const at::Tensor &teacher)
    {
        built.layer->forward({student, teacher});
        return torch::autograd::grad({built.layer->auxiliaryLoss()}, {student})[0];
    }

private Q_SLOTS:
    /// d/dz T² KL(softmax(t/T) ‖ softmax(z/T)) = T (softmax(z/T) − softmax(t/T)), over the samples' number.
    void gradientOfClassesIsTheSoftmaxDifference()
    {
        for (const double temperature : {0.5, 1.0, 4.0}) {
            const at::Tensor student = leaf({3, 4}, 1);
            const at::Tensor teacher = leaf({3, 4}, 2);
            const at::Tensor expected = temperature * ((student / temperature).softmax(1) - (teacher / temperature).softmax(1)) / 3;
            QVERIFY(at::allclose(gradient(distillation("classes", temperature), student, teacher), expected, 1e-4, 1e-6));
        }
    }

    void gradientOfLabelsIsTheSigmoidDifference()
    {
        for (const double temperature : {0.5, 1.0, 4.0}) {
            const at::Tensor student = leaf({3, 4}, 1);
            const at::Tensor teacher = leaf({3, 4}, 2);
            const at::Tensor expected = temperature * ((student / temperature).sigmoid() - (teacher / temperature).sigmoid()) / 12;
            QVERIFY(at::allclose(gradient(distillation("labels", temperature), student, teacher), expected, 1e-4, 1e-6));
        }
    }

    void gradientOfValuesIsTwiceTheDifference()
    {
        const at::Tensor student = leaf({3, 4}, 1);
        const at::Tensor teacher = leaf({3, 4}, 2);
        QVERIFY(at::allclose(gradient(distillation("values", 3, 0.5), student, teacher), (student - teacher) / 12, 1e-4, 1e-6));
    }

    /// The value itself from sums of exponentials; none where both agree, on maps as on vectors, and none in evaluation.
    void isTheDivergence()
    {
        const concord::test::BuiltBlock built = distillation("classes", 2, 3, {4, 2, 2});
        const at::Tensor student = concord::test::randomTensor({2, 4, 2, 2}, 1);
        const at::Tensor teacher = concord::test::randomTensor({2, 4, 2, 2}, 2);
        built.layer->forward({student, teacher});
        const at::Tensor p = (teacher / 2).exp() / (teacher / 2).exp().sum({1}, true);
        const at::Tensor q = (student / 2).exp() / (student / 2).exp().sum({1}, true);
        const double expected = 3 * 4 * (p * (p / q).log()).sum().item<double>() / 8;
        QVERIFY(std::abs(built.layer->auxiliaryLoss().item<double>() - expected) < 1e-5 * expected);
        for (const char *kind : {"classes", "labels", "values"}) {
            const concord::test::BuiltBlock same = distillation(kind, 2, 3, {4, 2, 2});
            same.layer->forward({student, student.clone()});
            QVERIFY(std::abs(same.layer->auxiliaryLoss().item<double>()) < 1e-6);
            same.layer->setTraining(false);
            same.layer->forward({student, teacher});
            QVERIFY(!same.layer->auxiliaryLoss().defined());
        }
    }

    /// Large logits are not turned into infinities.
    void staysFinite()
    {
        for (const char *kind : {"classes", "labels"}) {
            const at::Tensor student = at::tensor({300.F, -300.F, 0.F, 80.F}).view({1, 4}).set_requires_grad(true);
            const concord::test::BuiltBlock built = distillation(kind, 1);
            QVERIFY(gradient(built, student, -student.detach()).isfinite().all().item<bool>());
            QVERIFY(built.layer->auxiliaryLoss().isfinite().item<bool>());
        }
    }

    void passesTheStudentOnAndLeavesTheTeacherAlone()
    {
        const concord::test::BuiltBlock built = distillation("classes", 2);
        const at::Tensor student = concord::test::randomTensor({3, 4}, 1).set_requires_grad(true);
        const at::Tensor teacher = concord::test::randomTensor({3, 4}, 2).set_requires_grad(true);
        QVERIFY(at::equal(built.layer->forward({student, teacher})[0], student));
        QVERIFY(built.layer->connects(0, 0) && !built.layer->connects(1, 0));
        built.layer->auxiliaryLoss().backward();
        QVERIFY(student.grad().defined() && !teacher.grad().defined());
    }

    void refusesAnotherShape()
    {
        const auto prediction = [](std::int64_t size) { return TensorType{.type = PortType::prediction, .shape = {size}}; };
        const std::string found = concord::test::errorOf([&] { concord::test::BuiltBlock("distillation", {}, {{"student", prediction(4)}, {"teacher", prediction(5)}}); });
        QCOMPARE(found, std::string("input 'teacher' expected 4 as at 'student', found 5"));
    }
};

CONCORD_TEST(DistillationTest)
#include "distillation_test.moc"
