// What every block with a layer promises, tried on random settings and shapes of each registered one.
#include "core/base/random.h"
#include "core/tensor/autocast.h"
#include "tests/core/model/built_block.h"
#include "tests/core/model/suite_case.h"

#include "tests/support/testing.h"

#include <set>

using namespace concord;

namespace {

constexpr int settingsPerBlock = 100;

/// One random setting of a block: parameters, linked inputs, copies of repeating ports.
struct Setting
{
    ParamMap params;
    PortTypes inputs;
    int repeats = 1;
    std::int64_t batch = 1;
};

std::int64_t between(Random &random, std::int64_t low, std::int64_t high)
{
    return low + std::int64_t(random.below(std::uint64_t(high - low + 1)));
}

ParamMap sampleParams(Block &block, Random &random)
{
    ParamMap result;
    for (const ParamSpec &spec : listParams(block)) {
        const auto low = std::int64_t(std::max(spec.info.min, -5.0));
        const auto high = std::int64_t(std::min(spec.info.max, double(low) + 5));
        ParamValue value = spec.value;
        if (auto *flag = std::get_if<bool>(&value))
            *flag = random.chance(0.5);
        else if (auto *whole = std::get_if<std::int64_t>(&value))
            *whole = between(random, low, high);
        else if (auto *number = std::get_if<double>(&value); number && std::isfinite(spec.info.min) && std::isfinite(spec.info.max))
            *number = random.chance(0.5) ? *number : random.uniform(spec.info.min, spec.info.max);
        else if (auto *text = std::get_if<std::string>(&value); text && !spec.info.choices.empty())
            *text = spec.info.choices[random.below(spec.info.choices.size())];
        else if (auto *list = std::get_if<std::vector<std::int64_t>>(&value)) {
            list->assign(std::size_t(between(random, 1, 3)), 0);
            for (std::int64_t &entry : *list)
                entry = between(random, low, high);
        }
        result[spec.name] = value;
    }
    return result;
}

std::vector<std::string> expand(const std::vector<Port> &ports, int repeats)
{
    std::vector<std::string> result;
    for (const Port &port : ports)
        for (int i = 0; i < (port.repeats ? repeats : 1); ++i)
            result.push_back(port.repeats ? fmt::format("{}.{}", port.id, i) : port.id);
    return result;
}

PortTypes sampleInputs(const Block &block, int repeats, Random &random)
{
    const std::int64_t height = between(random, 1, 13);
    const std::int64_t width = between(random, 1, 13);
    const std::int64_t channels = between(random, 1, 6);
    const bool sameChannels = random.chance(0.5);
    PortTypes result;
    for (const Port &port : block.inputs()) {
        for (const std::string &id : expand({port}, repeats)) {
            if (port.optional && random.chance(0.5))
                continue;
            const std::int64_t c = sameChannels ? channels : between(random, 1, 6);
            result[id] = {.type = port.type, .shape = port.type == PortType::vector ? Shape{c} : Shape{c, height, width}};
        }
    }
    return result;
}

/// Unlinked optional inputs stay undefined.
std::vector<at::Tensor> makeInputs(const Block &block, const Setting &setting, std::uint64_t seed)
{
    std::vector<at::Tensor> result;
    for (const std::string &id : expand(block.inputs(), setting.repeats)) {
        const auto type = setting.inputs.find(id);
        if (type == setting.inputs.end()) {
            result.emplace_back();
            continue;
        }
        std::vector<std::int64_t> sizes = {setting.batch};
        sizes.insert(sizes.end(), type->second.shape.begin(), type->second.shape.end());
        result.push_back(concord::test::randomTensor(sizes, ++seed));
    }
    return result;
}

at::Tensor scalarOf(const std::vector<at::Tensor> &outputs)
{
    at::Tensor sum = at::zeros({});
    for (std::size_t i = 0; i < outputs.size(); ++i)
        sum = sum + (outputs[i] * concord::test::randomTensor(outputs[i].sizes(), 99 + i)).sum();
    return sum;
}

/// With the layer's own further term: what only that trains gets its gradient there.
at::Tensor objectiveOf(const Layer &layer, const std::vector<at::Tensor> &outputs)
{
    const at::Tensor term = layer.auxiliaryLoss();
    return term.defined() ? scalarOf(outputs) + term : scalarOf(outputs);
}

/// "task2.g.0.weight" → "task.g..weight": what the parameter is, wherever it occurs.
std::string kindOf(std::string name)
{
    std::erase_if(name, [](char c) { return c >= '0' && c <= '9'; });
    return name;
}

} // namespace

class BlockSuiteTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsItsPromises_data()
    {
        QTest::addColumn<QString>("id");
        for (const auto &[id, entry] : BlockRegistry::instance().entries())
            if (entry.card.category != "Data" && entry.card.category != "Losses" && entry.card.category != "Balance")
                QTest::newRow(id.c_str()) << QString::fromStdString(id);
    }

    void keepsItsPromises()
    {
        QFETCH(QString, id);
        const std::string name = id.toStdString();
        Random random(11, std::hash<std::string>()(name));
        int tried = 0;
        int done = 0;
        for (; done < settingsPerBlock && tried < 40 * settingsPerBlock; ++tried) {
            const std::unique_ptr<Block> block = BlockRegistry::instance().make(name);
            Setting setting{.params = sampleParams(*block, random), .inputs = {}, .repeats = int(between(random, 1, 3)), .batch = between(random, 1, 3)};
            setParams(*block, setting.params, name);
            const auto special = concord::test::suiteCases().find(name);
            const bool hasInputs = special != concord::test::suiteCases().end() && special->second.inputs;
            setting.inputs = hasInputs ? special->second.inputs(*block, setting.repeats, random) : sampleInputs(*block, setting.repeats, random);
            const std::string refusal = concord::test::errorOf([&] { block->infer(setting.inputs, setting.repeats); });
            if (!refusal.empty()) {
                QVERIFY2(refusal.find("expected") != refusal.npos && refusal.find("found") != refusal.npos, refusal.c_str());
                continue;
            }
            check(name, setting);
            if (QTest::currentTestFailed()) {
                for (const auto &[param, value] : setting.params)
                    qWarning("%s = %s", param.c_str(), paramText(value).c_str());
                for (const auto &[port, type] : setting.inputs)
                    qWarning("%s: %s, batch %d", port.c_str(), shapeText(type.shape).c_str(), int(setting.batch));
                return;
            }
            ++done;
        }
        QCOMPARE(done, settingsPerBlock);
        for (const std::string &kind : seen_)
            QVERIFY2(moved_.contains(kind), qPrintable(QString("no setting gave '%1' a gradient").arg(kind.c_str())));
    }

    void init()
    {
        seen_.clear();
        moved_.clear();
    }

    void hasACard()
    {
        for (const auto &[id, entry] : BlockRegistry::instance().entries()) {
            QVERIFY2(!entry.card.title.empty() && !entry.card.category.empty() && entry.card.summary.ends_with('.'), id.c_str());
            for (const ParamSpec &spec : listParams(*entry.make()))
                QVERIFY2(!spec.info.help.empty(), (id + "." + spec.name).c_str());
        }
    }

private:
    void check(const std::string &id, const Setting &setting)
    {
        const concord::test::BuiltBlock built(id, setting.params, setting.inputs, setting.repeats);
        QCOMPARE(concord::test::countParameters(*built.layer), built.inference.parameters);
        const std::vector<at::Tensor> inputs = makeInputs(*built.block, setting, 5);

        const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
        checkShapes(built, setting, outputs);
        checkGradients(built, outputs);
        const auto special = concord::test::suiteCases().find(id);
        checkAutocast(built, setting, inputs, special == concord::test::suiteCases().end() ? concord::test::SuiteCase() : special->second);

        built.layer->setTraining(false);
        checkBatchIndependence(built, inputs, setting.batch);
        checkOtherSize(built, setting, special != concord::test::suiteCases().end());
    }

    static void checkShapes(const concord::test::BuiltBlock &built, const Setting &setting, const std::vector<at::Tensor> &outputs)
    {
        const std::vector<std::string> ports = expand(built.block->outputs(), setting.repeats);
        QCOMPARE(outputs.size(), ports.size());
        for (std::size_t i = 0; i < ports.size(); ++i) {
            std::vector<std::int64_t> expected = {setting.batch};
            const Shape &shape = built.inference.outputs.at(ports[i]).shape;
            expected.insert(expected.end(), shape.begin(), shape.end());
            QCOMPARE(shapeText(outputs[i].sizes().vec()), shapeText(expected));
            QVERIFY(outputs[i].isfinite().all().item<bool>());
        }
    }

    void checkGradients(const concord::test::BuiltBlock &built, const std::vector<at::Tensor> &outputs)
    {
        if (built.layer->parameters().empty())
            return;
        objectiveOf(*built.layer, outputs).backward();
        for (Layer::Parameter &parameter : built.layer->parameters()) {
            QVERIFY2(parameter.value.grad().defined(), parameter.name.c_str());
            QVERIFY2(parameter.value.grad().isfinite().all().item<bool>(), parameter.name.c_str());
            seen_.insert(kindOf(parameter.name));
            if (parameter.value.grad().abs().max().item<float>() > 1e-6F)
                moved_.insert(kindOf(parameter.name));
            parameter.value.mutable_grad() = at::Tensor();
        }
    }

    /// Forward and backward run and stay near float32.
    static void checkAutocast(const concord::test::BuiltBlock &built, const Setting &setting, const std::vector<at::Tensor> &inputs, const concord::test::SuiteCase &suiteCase)
    {
        built.layer->setTraining(false);
        const std::vector<at::Tensor> exact = built.layer->forward(inputs);
        std::vector<at::Tensor> rounded;
        {
            const Autocast autocast(at::kCPU, at::kBFloat16);
            rounded = built.layer->forward(inputs);
        }
        const std::vector<std::string> ports = expand(built.block->outputs(), setting.repeats);
        for (std::size_t i = 0; i < exact.size(); ++i) {
            if (!suiteCase.decisions.empty() && ports[i].starts_with(suiteCase.decisions))
                continue;
            const double error = (rounded[i] - exact[i]).detach().norm().item<double>();
            const double size = exact[i].detach().norm().item<double>();
            QVERIFY2(error <= suiteCase.rounding * size + 0.02, qPrintable(QString("%1 of %2").arg(error).arg(size)));
        }
        built.layer->setTraining(true);
        at::Tensor sum;
        {
            const Autocast autocast(at::kCPU, at::kBFloat16);
            const std::vector<at::Tensor> outputs = built.layer->forward(inputs);
            sum = objectiveOf(*built.layer, outputs);
        }
        if (built.layer->parameters().empty())
            return;
        sum.backward();
        for (Layer::Parameter &parameter : built.layer->parameters())
            QVERIFY2(parameter.value.grad().isfinite().all().item<bool>(), parameter.name.c_str());
    }

    static void checkBatchIndependence(const concord::test::BuiltBlock &built, const std::vector<at::Tensor> &inputs, std::int64_t batch)
    {
        const std::vector<at::Tensor> together = built.layer->forward(inputs);
        for (std::int64_t n = 0; n < batch; ++n) {
            std::vector<at::Tensor> one;
            for (const at::Tensor &input : inputs)
                one.push_back(input.defined() ? input.narrow(0, n, 1) : input);
            const std::vector<at::Tensor> alone = built.layer->forward(one);
            for (std::size_t i = 0; i < alone.size(); ++i)
                QVERIFY((together[i].narrow(0, n, 1) - alone[i]).abs().max().item<double>() <= 1e-4 * (1 + alone[i].abs().max().item<double>()));
        }
    }

    /// The same layer on another height and width gives what is announced for those, unless its parameters depend on them.
    static void checkOtherSize(const concord::test::BuiltBlock &built, const Setting &setting, bool mayRefuse)
    {
        Setting larger = setting;
        for (auto &[port, type] : larger.inputs)
            if (type.shape.size() == 3)
                type.shape = {type.shape[0], type.shape[1] + 3, type.shape[2] + 1};
        if (mayRefuse && !concord::test::errorOf([&] { built.block->infer(larger.inputs, larger.repeats); }).empty())
            return;
        const Inference inference = built.block->infer(larger.inputs, larger.repeats);
        QCOMPARE(inference.parameters, built.inference.parameters);
        const std::vector<at::Tensor> outputs = built.layer->forward(makeInputs(*built.block, larger, 6));
        const std::vector<std::string> ports = expand(built.block->outputs(), setting.repeats);
        for (std::size_t i = 0; i < ports.size(); ++i)
            QCOMPARE(shapeText(outputs[i].sizes().slice(1).vec()), shapeText(inference.outputs.at(ports[i]).shape));
    }

    std::set<std::string> seen_;    ///< kinds of parameters met
    std::set<std::string> moved_;   ///< those that some setting gave a gradient
};

CONCORD_TEST(BlockSuiteTest)
#include "block_suite_test.moc"
