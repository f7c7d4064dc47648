#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

#include <cmath>

using namespace concord;

namespace {

using Whole = std::int64_t;
using concord::test::BuiltBlock;

PortTypes vectorPorts(int columns, Whole size)
{
    PortTypes ports;
    for (int i = 0; i < columns; ++i)
        ports[fmt::format("in.{}", i)] = concord::test::vector(size);
    return ports;
}

ParamMap vectorParams(ParamMap params = {})
{
    params.insert({{"type", "vector"}, {"weight", 0.5}, {"hidden", Whole(0)}});
    return params;
}

/// Leaves that ask for a gradient.
std::vector<at::Tensor> columnsOf(int count, const std::vector<Whole> &sizes)
{
    std::vector<at::Tensor> result;
    for (int i = 0; i < count; ++i)
        result.push_back(concord::test::randomTensor(sizes, std::uint64_t(i + 1)).set_requires_grad(true));
    return result;
}

/// Mean over columns and rows of −log p(column | row), for one linear layer, in double.
at::Tensor crossEntropy(const std::vector<at::Tensor> &rows, const at::Tensor &weight, const at::Tensor &bias)
{
    at::Tensor sum = at::zeros({}, at::kDouble);
    for (std::size_t t = 0; t < rows.size(); ++t) {
        const at::Tensor scores = rows[t].to(at::kDouble).mm(weight.to(at::kDouble).t()) + bias.to(at::kDouble);
        sum = sum + (scores.exp().sum(1).log() - scores.select(1, Whole(t))).mean();
    }
    return sum / double(rows.size());
}

} // namespace

class TaskDiscriminatorTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void passesColumnsThrough()
    {
        const BuiltBlock built("task_discriminator", {}, {{"in.0", concord::test::features(4, 3, 5)}, {"in.1", concord::test::features(4, 6, 2)}}, 2);
        const at::Tensor a = concord::test::randomTensor({2, 4, 3, 5}, 1);
        const at::Tensor b = concord::test::randomTensor({2, 4, 6, 2}, 2);
        const std::vector<at::Tensor> outputs = built.layer->forward({a, b});
        QVERIFY(at::equal(outputs[0], a) && at::equal(outputs[1], b));
        QVERIFY(built.layer->auxiliaryLoss().defined());
        QVERIFY(built.layer->connects(1, 1) && !built.layer->connects(1, 0));
        built.layer->setTraining(false);
        built.layer->forward({a, b});
        QVERIFY(!built.layer->auxiliaryLoss().defined());
        const Whole weights = 64 * (4 + 2);
        QCOMPARE(built.inference.macs, (15 + 12) * weights);
        QCOMPARE(built.inference.parameters, weights + 64 + 2);
    }

    /// The discriminator descends on the weighted cross-entropy, the features ascend `reversal` times as fast.
    void isAGameOfTwo()
    {
        const BuiltBlock built("task_discriminator", vectorParams({{"reversal", 3.0}}), vectorPorts(3, 5), 3);
        const std::vector<at::Tensor> columns = columnsOf(3, {4, 5});
        built.layer->forward(columns);
        const at::Tensor term = built.layer->auxiliaryLoss();
        const at::Tensor &weight = built.parameter("fc2.weight");
        const at::Tensor &bias = built.parameter("fc2.bias");
        const at::Tensor expected = 0.5 * crossEntropy(columns, weight, bias);
        QVERIFY(std::abs(term.item<double>() - expected.item<double>()) < 1e-6);
        const std::vector<at::Tensor> of = {weight, bias, columns[0], columns[2]};
        const auto found = torch::autograd::grad({term}, of);
        const auto plain = torch::autograd::grad({expected}, of);
        for (std::size_t i = 0; i < of.size(); ++i)
            QVERIFY(at::allclose(found[i], i < 2 ? plain[i] : -3 * plain[i], 1e-4, 1e-6));
    }

    /// A discriminator that knows nothing: ln T.
    void startsFromTheLogarithmOfTheTasks()
    {
        for (const int tasks : {1, 2, 5}) {
            const BuiltBlock built("task_discriminator", vectorParams(), vectorPorts(tasks, 3), tasks);
            const at::NoGradGuard noGrad;
            built.parameter("fc2.weight").zero_();
            built.layer->forward(columnsOf(tasks, {4, 3}));
            QVERIFY(std::abs(built.layer->auxiliaryLoss().item<double>() - 0.5 * std::log(double(tasks))) < 1e-6);
        }
    }

    /// Maps are judged pixel by pixel, or by their mean; directions alone where asked.
    void judgesPixelsOrMeans()
    {
        const PortTypes maps = {{"in.0", concord::test::features(5, 2, 3)}, {"in.1", concord::test::features(5, 2, 3)}};
        const std::vector<at::Tensor> columns = columnsOf(2, {4, 5, 2, 3});
        for (const bool pool : {false, true})
            for (const bool unit : {false, true}) {
                const BuiltBlock built("task_discriminator", {{"hidden", Whole(0)}, {"weight", 1.0}, {"pool", pool}, {"unit", unit}}, maps, 2);
                built.layer->forward(columns);
                std::vector<at::Tensor> rows;
                for (const at::Tensor &column : columns) {
                    at::Tensor row = pool ? column.flatten(2).mean({2}) : column.permute({0, 2, 3, 1}).reshape({24, 5});
                    rows.push_back(unit ? row / row.square().sum(1, true).sqrt() : row);
                }
                const double expected = crossEntropy(rows, built.parameter("fc2.weight"), built.parameter("fc2.bias")).item<double>();
                QVERIFY(std::abs(built.layer->auxiliaryLoss().item<double>() - expected) < 1e-4);
            }
    }

    /// Ganin & Lempitsky's schedule of the factor, here over 4 steps; it goes on from the buffer.
    void reversalWarmsUp()
    {
        const BuiltBlock built("task_discriminator", vectorParams({{"warmup", Whole(4)}, {"reversal", 2.0}}), vectorPorts(2, 3), 2);
        const BuiltBlock atOnce("task_discriminator", vectorParams({{"reversal", 2.0}}), vectorPorts(2, 3), 2);
        const std::vector<at::Tensor> columns = columnsOf(2, {4, 3});
        const auto slope = [&](const BuiltBlock &of) {
            of.layer->forward(columns);
            return torch::autograd::grad({of.layer->auxiliaryLoss()}, {columns[0]}).front();
        };
        const at::Tensor full = slope(atOnce);
        for (int step = 1; step <= 6; ++step) {
            const double factor = 2 / (1 + std::exp(-10 * std::min(step / 4.0, 1.0))) - 1;
            QVERIFY(at::allclose(slope(built), full * factor, 1e-4, 1e-8));
        }
        QCOMPARE(built.layer->buffers().front().value.item<float>(), 6.F);
    }

    /// Two columns that differ by a learnt shift: watched only, they are told apart; against the reversed gradient the shift goes.
    void makesColumnsAlike()
    {
        for (const double reversal : {0.0, 1.0}) {
            const BuiltBlock built("task_discriminator", vectorParams({{"reversal", reversal}, {"weight", 1.0}}), vectorPorts(2, 2), 2);
            at::Tensor shift = at::tensor({2.F, -2.F}).set_requires_grad(true);
            const at::Tensor x = concord::test::randomTensor({64, 2}, 5);
            const auto last = [&] { return built.layer->auxiliaryLoss().item<double>(); };
            for (int step = 0; step < 400; ++step) {
                built.layer->forward({x, x + shift});
                built.layer->auxiliaryLoss().backward();
                const at::NoGradGuard noGrad;
                std::vector<at::Tensor> trained = {shift, built.parameter("fc2.weight"), built.parameter("fc2.bias")};
                for (at::Tensor &value : trained) {
                    value.sub_(value.grad() * 0.1);
                    // A little decay damps the circles that such games run in.
                    value.mul_(&value == &trained[0] ? 1 : 0.98);
                    value.mutable_grad() = at::Tensor();
                }
            }
            const double distance = shift.norm().item<double>();
            if (reversal == 0)
                QVERIFY2(std::abs(distance - std::sqrt(8.0)) < 1e-5 && last() < 0.4, qPrintable(QString::number(last())));
            else
                QVERIFY2(distance < 0.3 && last() > 0.65, qPrintable(QString("%1 %2").arg(distance).arg(last())));
        }
    }

    void refusesOtherChannels()
    {
        const std::string found = concord::test::errorOf([] {
            BuiltBlock("task_discriminator", {}, {{"in.0", concord::test::features(4, 3, 5)}, {"in.1", concord::test::features(3, 3, 5)}}, 2);
        });
        QCOMPARE(found, std::string("input 'in.1' expected 4 channels as at 'in.0', found 3"));
    }
};

CONCORD_TEST(TaskDiscriminatorTest)
#include "task_discriminator_test.moc"
