#include "tests/core/exporter/small_model.h"

#include "core/exporter/exporter.h"

#include <torch/csrc/jit/serialization/import.h>

#include "tests/support/testing.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>

#include <fstream>
#include <set>

namespace concord::test {

/// The file is judged by loading it with LibTorch's own reader, and Python's where it is there.
class TorchscriptTest : public QObject
{
    Q_OBJECT

    std::filesystem::path file(const char *name) const { return std::filesystem::path(folder_.path().toStdString()) / name; }

    static double write(SmallModel &small, const std::filesystem::path &out)
    {
        return ExporterRegistry::instance().make("torchscript")->write(*small.model, small.data, small.image(3, 7), out);
    }

    /// What the layers give in evaluation, from an image that was normalised by hand: the file must do that itself.
    static double differenceTo(SmallModel &small, torch::jit::Module &script, const at::Tensor &image)
    {
        const at::NoGradGuard noGradient;
        small.model->setTraining(false);
        const std::vector<at::Tensor> live = small.model->forward(image).predictions;
        const auto written = script.forward({image}).toGenericDict();
        double largest = 0;
        std::size_t t = 0;
        for (const auto &entry : written) {   // dictionaries keep their order
            if (entry.key().toStringRef() != small.model->tasks()[t].info.name || entry.value().toTensor().sizes() != live[t].sizes())
                return INFINITY;
            largest = std::max(largest, (entry.value().toTensor() - live[t]).abs().max().item<double>());
            ++t;
        }
        return t == live.size() ? largest : INFINITY;
    }

    static QJsonObject describe(const torch::jit::Module &script)
    {
        return QJsonDocument::fromJson(QByteArray::fromStdString(script.attr("description").toStringRef())).object();
    }

    /// Every block with a layer, in three graphs that its neighbours allow.
    static std::vector<Experiment> graphsOfAllBlocks()
    {
        return {
            graphOf({"seg:segmentation:4", "depth:depth", "normals:normals", "edges:edges", "sal:saliency"}, {3, 16, 16},
                    {"stem conv_stack data.image>in channels=6,8 strides=1,2 dropout=0.2", "stage residual_stage stem.out>in channels=8 stride=2", "pyramid aspp stage.out>in channels=6 rates=1,2",
                     "wide upsample pyramid.out>in factor=2", "fine dense_decoder wide.out>in channels=5 depth=2 upsample=2", "half downsample fine.out>in",
                     "att mtan_attention fine.out>first fine.out>last channels=6", "seg segmentation_head att.out.0>in classes=4",
                     "depth depth_head att.out.1>in", "normals normals_head fine.out>in", "edges edges_head fine.out>in", "up upsample half.out>in factor=2", "sal saliency_head up.out>in"}),
            graphOf({"cls:classification:5", "tags:multilabel:3", "reg:regression:2"}, {3, 8, 8},
                    {"stem conv_stack data.image>in channels=6 norm=none activation=gelu", "pool global_pool stem.out>in mode=max", "flat flatten stem.out>in", "mlp mlp flat.out>in hidden=7 norm=batch dropout=0.3",
                     "cls classification_head pool.out>in classes=5", "tags multilabel_head mlp.out>in classes=3", "reg regression_head mlp.out>in values=2"}),
            graphOf({"a:depth", "b:depth"}, {3, 12, 12},
                    {"stem conv_stack data.image>in channels=4", "other conv_stack data.image>in channels=4", "cross cross_stitch stem.out>in.0 other.out>in.1", "own film cross.out.0>in.0 cross.out.1>in.1", "turn rotation own.out.0>in", "a depth_head turn.out>in", "b depth_head own.out.1>in"}),
        };
    }

private Q_SLOTS:
    void exportsTheExamples_data()
    {
        QTest::addColumn<QString>("path");
        for (const auto &entry : std::filesystem::directory_iterator(CONCORD_SOURCE_DIR "/resources/examples"))
            QTest::newRow(entry.path().stem().c_str()) << QString::fromStdString(entry.path().string());
    }

    void exportsTheExamples()
    {
        QFETCH(QString, path);
        SmallModel small(smallExample(path.toStdString()));
        const double told = write(small, file("model.pt"));
        torch::jit::Module script = torch::jit::load(file("model.pt").string());
        qInfo("%s: %.2g at the probe, %.2g at another batch, %.2g at twice the size", qPrintable(path.section('/', -1)), told, differenceTo(small, script, small.image(5, 11)),
              differenceTo(small, script, small.image(2, 12, 2)));
        QVERIFY(told < 1e-4);
        QVERIFY(differenceTo(small, script, small.image(5, 11)) < 1e-4);
        QVERIFY2(differenceTo(small, script, small.image(2, 12, 2)) < 1e-4, "height and width are free in these graphs");
        QCOMPARE(describe(script)["input"].toObject()["free"].toArray(), (QJsonArray{"batch", "height", "width"}));
    }

    void exportsEveryBlock()
    {
        std::set<std::string> seen;
        for (Experiment &experiment : graphsOfAllBlocks()) {
            for (const Node &node : experiment.graph.nodes)
                seen.insert(node.type);
            SmallModel small(experiment);
            write(small, file("blocks.pt"));
            torch::jit::Module script = torch::jit::load(file("blocks.pt").string());
            QVERIFY(differenceTo(small, script, small.image(5, 21)) < 1e-4);
        }
        // The others are part of a recipe, each of which is exported (every_recipe_test), or of backbone_graphs_test.
        std::string elsewhere;
        const auto read = [&elsewhere](const std::filesystem::path &path) {
            std::ifstream file(path);
            elsewhere.append(std::istreambuf_iterator<char>(file), {});
        };
        for (const auto &entry : std::filesystem::recursive_directory_iterator(CONCORD_SOURCE_DIR "/core/session"))
            if (entry.is_regular_file())
                read(entry.path());
        read(CONCORD_SOURCE_DIR "/tests/core/session/backbone_graphs_test.cpp");
        for (const auto &[id, entry] : BlockRegistry::instance().entries())
            if (entry.card.category != "Data" && entry.card.category != "Losses")
                QVERIFY2(seen.contains(id) || elsewhere.find("\"" + id + "\"") != std::string::npos, id.c_str());
    }

    void aFlattenedMapFixesTheSize()
    {
        SmallModel small(graphsOfAllBlocks()[1]);
        write(small, file("flat.pt"));
        QCOMPARE(describe(torch::jit::load(file("flat.pt").string()))["input"].toObject()["free"].toArray(), (QJsonArray{"batch"}));
    }

    void exportsVectors()
    {
        SmallModel small(graphOf({"a:regression:1", "b:multilabel:4"}, {9}, {"trunk mlp data.image>in hidden=8,8", "a regression_head trunk.out>in values=1", "b multilabel_head trunk.out>in classes=4"}));
        QVERIFY(write(small, file("vector.pt")) < 1e-5);
        torch::jit::Module script = torch::jit::load(file("vector.pt").string());
        QVERIFY(differenceTo(small, script, small.image(1, 31)) < 1e-5);
    }

    void normalisesInside()
    {
        // A 1×1 convolution of which everything is known: depth = w · (x − mean) / deviation + b.
        Experiment experiment = smallExample(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json");
        experiment.graph.edges.clear();
        std::erase_if(experiment.graph.nodes, [](const Node &node) { return node.id != "data"; });
        experiment.graph.nodes.push_back({.id = "depth", .type = "depth_head"});
        experiment.graph.nodes.push_back({.id = "loss", .type = "l1"});
        experiment.graph.nodes.push_back({.id = "balance", .type = "balance"});
        experiment.graph.edges = {{{"data", "image"}, {"depth", "in"}}, {{"depth", "out"}, {"loss", "prediction"}}, {{"data", "label.depth"}, {"loss", "label"}}, {{"loss", "loss"}, {"balance", "loss.0"}}};
        SmallModel small(experiment);
        write(small, file("one.pt"));
        torch::jit::Module script = torch::jit::load(file("one.pt").string());
        const at::Tensor image = small.image(2, 41);
        at::Tensor expected = small.model->parameters()[1].value.detach().clone().view({1, 1, 1, 1}).expand({2, 1, 32, 32});
        const at::Tensor weight = small.model->parameters()[0].value.detach();
        QVERIFY(small.data.mean.size() == 3 && small.data.mean[0] != 0);
        for (std::int64_t c = 0; c < 3; ++c)
            expected = expected + weight[0][c].item<double>() * (image.narrow(1, c, 1) - double(small.data.mean[std::size_t(c)])) / double(small.data.deviation[std::size_t(c)]);
        QVERIFY((script.forward({image}).toGenericDict().at("depth").toTensor() - expected).abs().max().item<double>() < 1e-5);
    }

    void describesItsTasks()
    {
        SmallModel small(smallExample(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json"));
        write(small, file("named.pt"));
        const torch::jit::Module script = torch::jit::load(file("named.pt").string());
        const auto names = script.attr("task_names").toListRef();
        QCOMPARE(names.size(), std::size_t(3));
        QCOMPARE(names[0].toStringRef(), std::string("segmentation"));
        const auto classes = script.attr("class_names").toGenericDict().at("segmentation").toListRef();
        QCOMPARE(classes.size(), small.data.tasks[0].classNames.size());
        QVERIFY(classes.size() >= 8);
        QCOMPARE(classes[1].toStringRef(), small.data.tasks[0].classNames[1]);
        const QJsonObject facts = describe(script);
        QCOMPARE(facts["tasks"].toArray()[1].toObject()["kind"].toString(), "depth");
        QCOMPARE(facts["tasks"].toArray()[1].toObject()["unit"].toString(), QString::fromStdString(small.data.tasks[1].unit));
        QCOMPARE(facts["input"].toObject()["mean"].toArray().size(), 3);
        std::set<std::string> parameters;
        for (const auto &parameter : script.named_parameters())
            parameters.insert(parameter.name);
        for (const ModelParameter &parameter : small.model->parameters())
            QVERIFY2(parameters.contains(parameter.name), parameter.name.c_str());
    }

    void namesThatTheLanguageReserves()
    {
        SmallModel small(graphOf({"forward:depth", "def:depth", "training:edges"}, {3, 8, 8},
                                 {"2nd conv_stack data.image>in channels=4", "global conv_stack 2nd.out>in channels=4", "global_ conv_stack global.out>in channels=4", "forward depth_head global_.out>in",
                                  "def depth_head global.out>in", "training edges_head 2nd.out>in"}));
        QVERIFY(write(small, file("reserved.pt")) < 1e-5);
        torch::jit::Module script = torch::jit::load(file("reserved.pt").string());
        QVERIFY(differenceTo(small, script, small.image(2, 51)) < 1e-5);
    }

    void taskNamesMayBeAnyText()
    {
        const std::string name = "Tiefe \"in\" m\\n'ä";
        SmallModel small(graphOf({"a:depth", "b:depth"}, {3, 8, 8}, {"a depth_head data.image>in", "b depth_head data.image>in"}));
        Experiment experiment = graphOf({"a:depth", "b:depth"}, {3, 8, 8}, {"a depth_head data.image>in", "b depth_head data.image>in"});
        std::get<std::vector<std::string>>(experiment.graph.find("data")->params["tasks"])[0] = name + ":depth";
        for (Edge &edge : experiment.graph.edges)
            if (edge.from.port == "label.a")
                edge.from.port = "label." + name;
        SmallModel odd(experiment);
        write(odd, file("odd.pt"));
        torch::jit::Module script = torch::jit::load(file("odd.pt").string());
        QVERIFY(script.forward({odd.image(1, 2)}).toGenericDict().contains(name));
    }

    void aFailureKeepsTheOldFile()
    {
        SmallModel small(graphOf({"a:depth", "b:depth"}, {3, 8, 8}, {"a depth_head data.image>in", "b depth_head data.image>in"}));
        write(small, file("kept.pt"));
        const std::string before = bytesOfFile(file("kept.pt"));
        const at::NoGradGuard noGradient;
        small.model->parameters()[0].value.fill_(std::numeric_limits<float>::quiet_NaN());
        QVERIFY_THROWS_EXCEPTION(Error, write(small, file("kept.pt")));
        QVERIFY(bytesOfFile(file("kept.pt")) == before);
        QVERIFY_THROWS_EXCEPTION(Error, write(small, file("new.pt")));
        QVERIFY(!std::filesystem::exists(file("new.pt")));
        for (const auto &entry : std::filesystem::directory_iterator(folder_.path().toStdString()))
            QVERIFY2(entry.path().extension() == ".pt", entry.path().c_str());
    }

    void leavesTheModelTraining()
    {
        SmallModel small(graphOf({"a:depth", "b:depth"}, {3, 8, 8}, {"s conv_stack data.image>in channels=4", "a depth_head s.out>in", "b depth_head s.out>in"}));
        write(small, file("training.pt"));
        QVERIFY(small.model->nodes()[0].layer->isTraining());
    }

    void loadsInPython()
    {
        QProcess probe;
        probe.start("/usr/bin/python3", {"-c", "import torch"});
        if (!probe.waitForFinished(60000) || probe.exitCode() != 0)
            QSKIP("/usr/bin/python3 has no torch on this machine");
        SmallModel small(smallExample(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json"));
        write(small, file("python.pt"));
        const at::NoGradGuard noGradient;
        small.model->setTraining(false);
        const at::Tensor live = small.model->forward(at::full({2, 3, 40, 48}, 0.25)).predictions[1];
        QProcess python;
        python.start("/usr/bin/python3", {"-c", "import sys, json, torch\nm = torch.jit.load(sys.argv[1])\no = m(torch.full((2, 3, 40, 48), 0.25))\n"
                                                "print(json.dumps({'names': list(o), 'shape': list(o['depth'].shape), 'sum': float(o['depth'].double().sum()), 'classes': len(m.class_names['segmentation']),"
                                                " 'format': json.loads(m.description)['format'], 'parameters': len(list(m.parameters()))}))",
                                          QString::fromStdString(file("python.pt").string())});
        QVERIFY(python.waitForFinished(120000));
        const QByteArray out = python.readAllStandardOutput();
        const QJsonObject found = QJsonDocument::fromJson(out.trimmed().split('\n').last()).object();
        QVERIFY2(python.exitCode() == 0, python.readAllStandardError());
        QCOMPARE(found["names"].toArray(), (QJsonArray{"segmentation", "depth", "normals"}));
        QCOMPARE(found["shape"].toArray(), (QJsonArray{2, 1, 40, 48}));
        const double sum = live.to(at::kDouble).sum().item<double>();
        QVERIFY(std::abs(found["sum"].toDouble() - sum) < 1e-4 * std::max(1.0, std::abs(sum)));
        QCOMPARE(found["classes"].toInt(), int(small.data.tasks[0].classNames.size()));
        QCOMPARE(found["format"].toString(), "concord model 1");
        QCOMPARE(found["parameters"].toInt(), int(small.model->parameters().size()));
    }

private:
    QTemporaryDir folder_;
};

CONCORD_TEST(TorchscriptTest)

} // namespace concord::test

#include "torchscript_test.moc"
