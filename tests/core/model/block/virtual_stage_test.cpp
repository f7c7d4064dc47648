#include "core/model/unit_order.h"

#include "tests/core/model/built_block.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

#include <set>

using namespace concord;

namespace {

using Whole = std::int64_t;
using Numbers = std::vector<Whole>;
using concord::test::BuiltBlock;

/// Columns as wide as their levels, where the settings allow for any.
PortTypes virtualPorts(const Block &block, int repeats, Random &random)
{
    Numbers levels;
    Whole units = 1;
    bool isDivided = false;
    bool areMaps = true;
    for (const ParamSpec &spec : listParams(const_cast<Block &>(block))) {
        if (spec.name == "levels")
            levels = std::get<Numbers>(spec.value);
        else if (spec.name == "units")
            units = std::get<Whole>(spec.value);
        else if (spec.name == "divided")
            isDivided = std::get<bool>(spec.value);
        else if (spec.name == "type")
            areMaps = std::get<std::string>(spec.value) == "features";
    }
    const Whole each = 1 + Whole(random.below(3));
    const Whole height = 1 + Whole(random.below(9));
    const Whole width = 1 + Whole(random.below(9));
    PortTypes ports;
    for (int c = 0; c < repeats; ++c) {
        const Whole channels = isDivided ? each * levels[std::size_t(c) % levels.size()] : each * units;
        ports[fmt::format("in.{}", c)] = areMaps ? concord::test::features(channels, height, width) : concord::test::vector(channels);
    }
    return ports;
}

const concord::test::AddSuiteCase virtualStageCase("virtual_stage", {.inputs = virtualPorts});

/// Levels 1 to 3 of two tasks on a stage of 4 units with 2 channels each, from units of 3 channels.
constexpr Whole levelCount = 3;

BuiltBlock virtualStage(ParamMap params = {}, int tasks = 2)
{
    const bool isDivided = !params.contains("divided");
    params.insert({{"channels", Whole(8)}, {"blocks", Whole(2)}, {"units", Whole(4)}, {"levels", Numbers{1, 2, 3}}});
    PortTypes ports;
    for (int c = 0; c < tasks * int(levelCount); ++c)
        ports[fmt::format("in.{}", c)] = concord::test::features(isDivided ? 3 * (1 + c % levelCount) : 12, 6, 5);
    return BuiltBlock("virtual_stage", params, ports, tasks * int(levelCount));
}

/// Units of a task's own order, side by side, of one image's 12 channels.
at::Tensor unitsOf(const at::Tensor &whole, const Numbers &order, Whole level)
{
    std::vector<at::Tensor> parts;
    for (Whole i = 0; i < level; ++i)
        parts.push_back(whole.narrow(1, 3 * order[std::size_t(i)], 3));
    return at::cat(parts, 1);
}

std::vector<at::Tensor> unitColumns(const at::Tensor &whole, int tasks)
{
    std::vector<at::Tensor> columns;
    for (int t = 0; t < tasks; ++t)
        for (Whole level = 1; level <= levelCount; ++level)
            columns.push_back(unitsOf(whole, unitOrder(4, t), level));
    return columns;
}

bool isKernel(const Layer::Parameter &parameter)
{
    return parameter.value.dim() == 4;
}

} // namespace

class VirtualStageTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// Every task takes all units, in an order that no other of as many tasks as twice the units has.
    void ordersDiffer()
    {
        QCOMPARE(unitOrder(4, 0), (Numbers{0, 1, 2, 3}));
        QCOMPARE(unitOrder(4, 2), (Numbers{2, 3, 0, 1}));
        QCOMPARE(unitOrder(4, 6), (Numbers{2, 1, 0, 3}));
        std::set<Numbers> orders;
        for (Whole task = 0; task < 8; ++task) {
            const Numbers order = unitOrder(4, task);
            QCOMPARE(std::set<Whole>(order.begin(), order.end()).size(), 4u);
            orders.insert(order);
        }
        QCOMPARE(orders.size(), 8u);
    }

    /// Whatever is written into the kernels of units above level n, its output stays the same to the last bit; that of level n + 1 does not.
    void levelsDoNotSeeTheUnitsAbove()
    {
        const BuiltBlock built = virtualStage();
        built.layer->setTraining(false);
        const std::vector<at::Tensor> inputs = unitColumns(concord::test::randomTensor({2, 12, 6, 5}), 2);
        const at::NoGradGuard noGrad;
        for (Whole task = 0; task < 2; ++task)
            for (Whole level = 1; level < levelCount; ++level) {
                built.layer->initialise(makeGenerator(at::kCPU, 7));
                const std::vector<at::Tensor> before = built.layer->forward(inputs);
                const Numbers order = unitOrder(4, task);
                for (Layer::Parameter &parameter : built.layer->parameters())
                    for (Whole i = level; i < 4 && isKernel(parameter); ++i)
                        for (Whole axis = 0; axis < 2; ++axis) {
                            const Whole size = parameter.value.size(axis) / 4;
                            parameter.value.narrow(axis, order[std::size_t(i)] * size, size).normal_(0, 9, makeGenerator(at::kCPU, std::uint64_t(i)));
                        }
                const std::vector<at::Tensor> after = built.layer->forward(inputs);
                for (Whole l = 1; l <= levelCount; ++l) {
                    const auto column = std::size_t(task * levelCount + l - 1);
                    QCOMPARE(at::equal(before[column], after[column]), l <= level);
                }
            }
    }

    /// Without what the further unit sends to the others, level n + 1 computes level n's channels.
    void aLevelIsContainedInTheNext()
    {
        const BuiltBlock built = virtualStage();
        built.layer->setTraining(false);
        const std::vector<at::Tensor> inputs = unitColumns(concord::test::randomTensor({2, 12, 6, 5}), 2);
        const at::NoGradGuard noGrad;
        for (Whole task = 0; task < 2; ++task)
            for (Whole level = 1; level < levelCount; ++level) {
                built.layer->initialise(makeGenerator(at::kCPU, 7));
                const Numbers order = unitOrder(4, task);
                for (Layer::Parameter &parameter : built.layer->parameters()) {
                    const Whole out = parameter.value.size(0) / 4;
                    for (Whole i = 0; i < level && isKernel(parameter); ++i) {
                        const Whole in = parameter.value.size(1) / 4;
                        parameter.value.narrow(0, order[std::size_t(i)] * out, out).narrow(1, order[std::size_t(level)] * in, in).zero_();
                    }
                }
                const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
                const auto column = std::size_t(task * levelCount + level - 1);
                QCOMPARE(outputs[column].size(1), 2 * level);
                QVERIFY(outputs[column].abs().max().item<float>() > 0);
                QVERIFY(at::allclose(outputs[column + 1].narrow(1, 0, 2 * level), outputs[column], 1e-5, 1e-6));
            }
    }

    /// Tasks and levels add nothing but normalisations, and the highest level of the first task is an ordinary stage.
    void oneSetOfKernelsForAll()
    {
        const auto kernels = [](const BuiltBlock &built) {
            Whole count = 0;
            for (const Layer::Parameter &parameter : built.layer->parameters())
                if (isKernel(parameter)) {
                    count += parameter.value.numel();
                    if (!parameter.outputs.empty())
                        throw Error("{} belongs to one column", parameter.name);
                }
            return count;
        };
        QCOMPARE(kernels(virtualStage({}, 1)), kernels(virtualStage({}, 5)));
        QCOMPARE(kernels(virtualStage()), Whole(9 * (12 * 8 + 3 * 8 * 8) + 12 * 8));

        const ParamMap plain = {{"channels", Whole(8)}, {"blocks", Whole(2)}, {"stride", Whole(2)}};
        ParamMap whole = plain;
        whole.insert({{"units", Whole(4)}, {"levels", Numbers{4}}});
        const BuiltBlock built("virtual_stage", whole, {{"in.0", concord::test::features(12, 6, 5)}}, 1);
        const BuiltBlock stage("residual_stage", plain, {{"in", concord::test::features(12, 6, 5)}});
        QCOMPARE(built.inference.parameters, stage.inference.parameters);
        QCOMPARE(built.inference.macs, stage.inference.macs);
        built.layer->setTraining(false);
        stage.layer->setTraining(false);
        const at::NoGradGuard noGrad;
        for (Layer::Parameter &parameter : stage.layer->parameters())
            if (isKernel(parameter))
                parameter.value.copy_(built.parameter(parameter.name));
        const at::Tensor x = concord::test::randomTensor({2, 12, 6, 5});
        QVERIFY(at::allclose(built.run(x), stage.run(x), 1e-5, 1e-6));
    }

    /// Half of the units cost a quarter between units, and half where the input is whole.
    void lowerLevelsCostLess()
    {
        const auto macs = [](Whole level, bool isDivided) {
            const ParamMap params = {{"channels", Whole(8)}, {"blocks", Whole(1)}, {"units", Whole(4)}, {"levels", Numbers{level}}, {"kind", "plain"}, {"divided", isDivided}};
            return BuiltBlock("virtual_stage", params, {{"in.0", concord::test::features(isDivided ? 3 * level : 12, 6, 5)}}, 1).inference.macs;
        };
        QCOMPARE(macs(4, true), Whole(30 * 9 * 12 * 8));
        QCOMPARE(4 * macs(2, true), macs(4, true));
        QCOMPARE(2 * macs(2, false), macs(4, false));
        QCOMPARE(virtualStage({}, 3).inference.forwards, 9);
    }

    void saysWhatDoesNotFit()
    {
        const auto refusal = [](const ParamMap &params) { return QString::fromStdString(concord::test::errorOf([&] { virtualStage(params); })); };
        QCOMPARE(refusal({{"units", Whole(3)}}), QString("channels: expected a multiple of the 3 units, found 8"));
        QCOMPARE(refusal({{"levels", Numbers{1, 2, 5}}}), QString("levels: expected at most 4 units, found 5"));
        QCOMPARE(refusal({{"levels", Numbers{1, 2, 3, 4}}}), QString("input 'in' expected 4 links for each task, one per level, found 6 in all"));
        QCOMPARE(refusal({{"levels", Numbers{1, 3, 2}}}), QString("input 'in.1' expected 9×6×5 for level 3, found 6×6×5"));
    }
};

CONCORD_TEST(VirtualStageTest)
#include "virtual_stage_test.moc"
