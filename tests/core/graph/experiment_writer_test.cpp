#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"
#include "core/graph/experiment.h"

#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <algorithm>
#include <limits>

#include <unistd.h>

using namespace concord;
using concord::test::sampleGraph;

namespace {

/// Any text that JSON has to escape, and some beyond ASCII.
std::string randomText(Random &random)
{
    static const std::vector<std::string> pieces = {"a", "B", "7", " ", "\"", "\\", "\n", "\t", "ü", "→", "𝄞", ".", "{", "\x01", "/"};
    std::string text;
    for (std::uint64_t i = random.below(6); i > 0; --i)
        text += pieces[random.below(pieces.size())];
    return text;
}

ParamValue randomValue(Random &random)
{
    switch (random.below(6)) {
    case 0:
        return random.chance(0.5);
    case 1:
        return std::int64_t(random.bits());
    case 2: {
        static const std::vector<double> special = {1e-3, 0.1, 1.0 / 3, 5, -0.5, 1e300, 5e-324, std::numeric_limits<double>::max(), 1e15, 123456789.125};
        return random.chance(0.5) ? special[random.below(special.size())] : random.normal() * std::pow(10, random.uniform(-20, 20));
    }
    case 3:
        return randomText(random);
    case 4: {
        std::vector<std::int64_t> list;
        for (std::uint64_t i = random.below(4); i > 0; --i)
            list.push_back(std::int64_t(random.below(100)) - 50);
        return list;
    }
    default: {
        std::vector<std::string> list = {randomText(random)};   // an empty list has no type in JSON
        for (std::uint64_t i = random.below(3); i > 0; --i)
            list.push_back(randomText(random));
        return list;
    }
    }
}

ParamMap randomParams(Random &random)
{
    ParamMap params;
    for (std::uint64_t i = random.below(4); i > 0; --i)
        params["p" + std::to_string(random.below(20))] = randomValue(random);
    return params;
}

/// Already in the form that reading gives: nodes by id, edges sorted, positions on half pixels.
Experiment randomExperiment(Random &random)
{
    Experiment experiment{.name = randomText(random), .description = randomText(random)};
    for (std::uint64_t i = 0, count = random.below(12); i < count; ++i)
        experiment.graph.nodes.push_back({.id = "n" + std::to_string(10 + i),
                                          .type = random.chance(0.5) ? "test_conv" : "type_" + std::to_string(i),
                                          .title = randomText(random),
                                          .params = randomParams(random),
                                          .x = std::round(random.uniform(-2000, 2000)) / 2,
                                          .y = double(random.below(100)),
                                          .frame = randomText(random),
                                          .unknown = random.chance(0.2) ? R"({"colour":[1,{"deep":null}],"muted":true})" : ""});
    const auto port = [&] {
        static const std::vector<std::string> ports = {"in", "out", "in.2", "label.depth", "loss.11"};
        return PortRef{"n" + std::to_string(10 + random.below(14)), ports[random.below(ports.size())]};
    };
    for (std::uint64_t i = random.below(20); i > 0; --i)
        experiment.graph.edges.push_back({port(), port()});
    std::ranges::sort(experiment.graph.edges);
    Plan &plan = experiment.plan;
    plan.optimiser = random.chance(0.5) ? "sgd" : "adam";
    plan.optimiserParams = randomParams(random);
    plan.scheduleParams = randomParams(random);
    plan.batch = std::int64_t(1 + random.below(512));
    plan.clipNorm = random.uniform(0, 10);
    plan.flip = random.chance(0.5);
    plan.precision = random.chance(0.5) ? "bfloat16" : "float32";
    if (random.chance(0.3))
        experiment.unknown = R"({"extra":{"a":1.5},"graph":{"frames":[]},"plan":{"future":7}})";
    return experiment;
}

} // namespace

class ExperimentWriterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesBackWhatWasWritten()
    {
        Random random(2);
        for (int i = 0; i < 200; ++i) {
            const Experiment experiment = randomExperiment(random);
            const std::string text = toJson(experiment);
            const Experiment back = experimentFromJson(text, "text");
            QVERIFY2(back == experiment, text.c_str());
            QCOMPARE(toJson(back), text);
            const TaskGraph graph = graphFromJson(toJson(experiment.graph));
            QVERIFY(graph == experiment.graph);
        }
    }

    void isTheSameWhateverTheOrder()
    {
        Random random(3);
        for (int i = 0; i < 50; ++i) {
            Experiment experiment = randomExperiment(random);
            const std::string text = toJson(experiment);
            const std::string id = contentId(experiment);
            std::ranges::reverse(experiment.graph.nodes);
            std::ranges::reverse(experiment.graph.edges);
            QCOMPARE(toJson(experiment), text);
            QCOMPARE(contentId(experiment), id);
        }
    }

    void looksAsDocumented()
    {
        Experiment experiment{.name = "Two"};
        experiment.graph.nodes = {{.id = "b", .type = "conv", .params = {{"lr", 1e-3}, {"whole", 5.0}}, .x = 1.26, .y = -0.1}, {.id = "a", .type = "data"}};
        experiment.graph.edges = {{{"a", "image"}, {"b", "in"}}};
        experiment.plan.optimiserParams = {{"lr", 0.001}};
        const std::string text = toJson(experiment);
        QVERIFY(text.starts_with("{\n  \"concord\": \"experiment\",\n  \"description\": \"\",\n  \"format\": 1,\n  \"graph\": {\n    \"edges\": [\n      "
                                 "\"a.image -> b.in\"\n    ],\n"));
        QVERIFY(
            text.find(
                "        \"id\": \"b\",\n        \"params\": {\n          \"lr\": 0.001,\n          \"whole\": 5.0\n        },\n        \"type\": \"conv\",\n"
                "        \"x\": 1.5,\n        \"y\": 0.0\n")
            != std::string::npos);
        QVERIFY(text.find("    \"optimiser\": {\n      \"id\": \"adam\",\n      \"lr\": 0.001\n    },\n") != std::string::npos);
        QVERIFY(text.find("\"id\": \"a\"") < text.find("\"id\": \"b\""));
        QVERIFY(text.ends_with("}\n"));
    }

    void survivesValuesThatJsonDoesNotKnow()
    {
        Experiment experiment{.name = "bad bytes \xff\xfe"};
        experiment.graph.nodes = {{.id = "a", .type = "t", .params = {{"p", std::numeric_limits<double>::infinity()}}, .x = std::nan(""), .y = 1e308 * 10}};
        const Experiment back = experimentFromJson(toJson(experiment), "text");
        QVERIFY(back.name.starts_with("bad bytes "));
        QVERIFY(back.graph.nodes[0].params.at("p") == ParamValue(std::string("inf")));
        QCOMPARE(back.graph.nodes[0].x, 0.0);
    }

    void identifiesWhatIsTrained()
    {
        Experiment experiment{.name = "one", .graph = sampleGraph(2)};
        const std::string id = contentId(experiment);
        QCOMPARE(id.size(), std::size_t(64));
        experiment.name = "two";
        experiment.description = "words";
        experiment.graph.nodes[0].x = 500;
        QCOMPARE(contentId(experiment), id);
        Experiment other = experiment;
        other.plan.seed = 2;
        QVERIFY(contentId(other) != id);
        other = experiment;
        other.graph.nodes[1].params["channels"] = std::int64_t(17);
        QVERIFY(contentId(other) != id);
        other = experiment;
        other.graph.edges.pop_back();
        QVERIFY(contentId(other) != id);
    }

    void savesAtomically()
    {
        const QTemporaryDir folder;
        const std::filesystem::path file = std::filesystem::path(folder.path().toStdString()) / "e.json";
        Experiment experiment{.name = "first", .graph = sampleGraph(1)};
        saveExperiment(experiment, file);
        experiment.name = "second";
        saveExperiment(experiment, file);
        QCOMPARE(loadExperiment(file).name, std::string("second"));
        QCOMPARE(std::distance(std::filesystem::directory_iterator(file.parent_path()), {}), std::ptrdiff_t(1));
    }

    void saysWhyItCannotSave()
    {
        const QTemporaryDir temporary;
        const std::filesystem::path folder = temporary.path().toStdString();
        const auto message = [](const std::filesystem::path &file) -> std::string {
            try {
                saveExperiment({}, file);
            } catch (const Error &error) {
                return error.what();
            }
            return "saved";
        };
        const std::string where = folder.string();
        QCOMPARE(message(folder / "none" / "e.json"),
                 "cannot write '" + where + "/none/e.json': expected an existing file and folder, found none of that name");
        writeFileAtomically(folder / "file", "x");
        QCOMPARE(message(folder / "file" / "e.json"), "cannot write '" + where + "/file/e.json': expected a folder in front of the name, found a file");
        std::filesystem::create_directory(folder / "taken");
        QCOMPARE(message(folder / "taken"), "cannot write '" + where + "/taken': expected a file, found a folder of that name");
        QCOMPARE(readFile(folder / "file"), std::string("x"));
        QVERIFY_THROWS_EXCEPTION(Error, loadExperiment(folder / "missing.json"));
        QVERIFY_THROWS_EXCEPTION(Error, loadExperiment(folder));
        if (::geteuid() != 0) {
            std::filesystem::permissions(folder / "taken", std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
            QCOMPARE(message(folder / "taken" / "e.json"), "cannot write '" + where + "/taken/e.json': expected permission to do so, found none");
        }
        QCOMPARE(std::distance(std::filesystem::directory_iterator(folder), {}), std::ptrdiff_t(2));   // nothing is left behind
    }
};

CONCORD_TEST(ExperimentWriterTest)
#include "experiment_writer_test.moc"
