#include "tests/app/cli.h"
#include "tests/support/testing.h"

#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QTemporaryDir>

#include <csignal>

namespace concord::test {

/// The command line as its users call it: real processes, exit codes, files.
class CliTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyCommandHasHelp()
    {
        const CliCall all = callCli({"--help"});
        QCOMPARE(all.exitCode, 0);
        for (const char *command : {"validate", "describe", "list", "train", "resume", "runs", "series", "export", "report", "aggregate", "bench", "gain", "recipe", "probes"}) {
            QVERIFY2(all.out.contains(QLatin1String(command)), command);
            const CliCall help = callCli({QLatin1String(command), "--help"});
            QCOMPARE(help.exitCode, 0);
            QVERIFY2(help.out.contains(QLatin1String("--json")), command);
        }
    }

    void wrongUsageIsExitTwo_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("nothing") << QStringList();
        QTest::newRow("unknown command") << QStringList{"trian"};
        QTest::newRow("missing file") << QStringList{"validate"};
        QTest::newRow("unknown option") << QStringList{"list", "blocks", "--jsn"};
        QTest::newRow("steps that are no number") << QStringList{"train", exampleFile("examples/1_scenes_three_tasks.json"), "--project", "p", "--steps", "many"};
        QTest::newRow("bench without steps") << QStringList{"bench", "--steps", "0"};
        QTest::newRow("no project") << QStringList{"train", exampleFile("examples/1_scenes_three_tasks.json")};
    }

    void wrongUsageIsExitTwo()
    {
        QFETCH(QStringList, arguments);
        const CliCall call = callCli(arguments);
        QCOMPARE(call.exitCode, 2);
        QVERIFY2(call.err.startsWith("error: ") && call.err.count('\n') == 1, qPrintable(call.err));
    }

    void userErrorsAreExitOneInOneLine_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QString>("word");
        const QString example = exampleFile("examples/1_scenes_three_tasks.json");
        const QString folder = folder_.path();
        QTest::newRow("no such file") << QStringList{"validate", folder + "/none.json"} << "none.json";
        QTest::newRow("no such project") << QStringList{"runs", folder + "/none.concord"} << "none.concord";
        QTest::newRow("unknown family") << QStringList{"list", "block"} << "blocks";
        QTest::newRow("unknown path") << QStringList{"train", example, "--project", folder + "/p.concord", "--set", "plan.bacth=4"} << "batch";
        QTest::newRow("bad value") << QStringList{"train", example, "--project", folder + "/p.concord", "--set", "plan.batch=many"} << "many";
        QTest::newRow("unknown device") << QStringList{"train", example, "--project", folder + "/p.concord", "--device", "tpu", "--steps", "1"} << "tpu";
        QTest::newRow("unknown method") << QStringList{"aggregate", "cagrda", "--jacobian", folder + "/none"} << "none";
        QTest::newRow("experiment that cannot run") << QStringList{"train", exampleFile("examples/1_scenes_three_tasks.json"), "--project", folder + "/never.concord", "--set", "node.segmentation_head.classes=5"} << "classes";
        QTest::newRow("unknown recipe") << QStringList{"recipe", "hpss", "--data", "scenes"} << "did you mean 'hps'";
        QTest::newRow("unknown format") << QStringList{"recipe", "hps", "--data", "scene"} << "did you mean 'scenes'";
        QTest::newRow("unknown parameter") << QStringList{"recipe", "hps", "--data", "scenes", "--set", "chanels=8"} << "channels";
        QTest::newRow("unknown task") << QStringList{"recipe", "hps", "--tasks", "dept"} << "did you mean 'depth'";
        QTest::newRow("unwritable place") << QStringList{"train", example, "--project", "/proc/p.concord", "--steps", "1"} << "/proc/p.concord";
        QTest::newRow("unknown net") << QStringList{"bench", "--net", "dense4"} << "dense3";
    }

    void userErrorsAreExitOneInOneLine()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, word);
        const CliCall call = callCli(arguments);
        QCOMPARE(call.exitCode, 1);
        QVERIFY2(call.err.startsWith("error: ") && call.err.trimmed().count('\n') == 0, qPrintable(call.err));
        QVERIFY2(call.err.contains(word), qPrintable(call.err));
        QVERIFY2(!QFile::exists(folder_.filePath("never.concord")), "no project is made for what cannot run");
    }

    void listsEveryFamily()
    {
        for (const char *family : {"blocks", "balance", "losses", "metrics", "schedules", "formats", "recipes", "optimisers", "exporters"}) {
            const CliCall call = callCli({"list", QLatin1String(family), "--json"});
            QVERIFY2(call.exitCode == 0 && !QJsonDocument::fromJson(call.out.toUtf8()).array().isEmpty(), family);
            QVERIFY2(callCli({"list", QLatin1String(family)}).out.count('\n') > 0, family);
        }
    }

    void recipesExplainThemselves()
    {
        const QJsonArray recipes = QJsonDocument::fromJson(callCli({"list", "recipes", "--json"}).out.toUtf8()).array();
        QVERIFY(recipes.size() >= 9);
        for (const QJsonValue &each : recipes) {
            const QJsonObject recipe = each.toObject();
            QVERIFY2(recipe["explanation"].toArray().size() == 3 && recipe["year"].toInt() > 1990 && !recipe["kind"].toString().isEmpty() && !recipe["fidelity"].toString().isEmpty()
                         && !recipe["tasks"].toArray().isEmpty() && recipe["parameters"].toObject().contains("channels"),
                     qPrintable(recipe["id"].toString()));
        }
    }

    void recipesMakeExperiments()
    {
        const QString file = folder_.filePath("hps.json");
        const CliCall made = callCli({"recipe", "hps", "--data", "scenes", "--set", "data.size=32", "--set", "channels=8,16", "--set", "balance.method=mgda", "--set", "plan.batch=4", "-o", file, "--json"});
        QVERIFY2(made.exitCode == 0, qPrintable(made.err));
        QCOMPARE(made.json()["file"].toString(), file);
        const CliCall checked = callCli({"validate", file, "--json"});
        QVERIFY2(checked.exitCode == 0 && checked.json()["runnable"].toBool(), qPrintable(checked.err));
        const QString some = folder_.filePath("mtan.json");
        const CliCall chosen = callCli({"recipe", "mtan", "--tasks", "depth,normals", "--set", "data.size=32", "-o", some});   // of the built-in scenes
        QVERIFY2(chosen.exitCode == 0, qPrintable(chosen.err));
        QCOMPARE(callCli({"describe", some, "--json"}).json()["tasks"].toArray().size(), 2);
        const CliCall printed = callCli({"recipe", "hps", "--data", "random_data"});
        QCOMPARE(printed.exitCode, 0);
        QVERIFY(printed.json().contains("graph"));
    }

    void benchTellsItsFacts()
    {
        const CliCall call = callCli({"bench", "--net", "attr40", "--balance", "mgda", "--steps", "2", "--threads", "1"});
        QVERIFY2(call.exitCode == 0, qPrintable(call.err));
        QCOMPARE(call.json()["net"].toString(), "attr40");
        QCOMPARE(call.json()["balance"].toString(), "mgda");
        QVERIFY(call.json()["ms_per_step"].toDouble() > 0);
        QCOMPARE(call.json()["steps"].toInt(), 2);
        QCOMPARE(call.json()["threads"].toInt(), 1);
        QCOMPARE(call.json()["precision"].toString(), "float32");
    }

    void examplesAreValid()
    {
        const QDir folder(exampleFile("examples"));
        const QStringList files = folder.entryList({"*.json"});
        QVERIFY(files.size() >= 4);
        for (const QString &file : files) {
            const CliCall call = callCli({"validate", folder.filePath(file), "--json"});
            QVERIFY2(call.exitCode == 0 && call.json()["runnable"].toBool(), qPrintable(file + call.out + call.err));
            const QJsonObject facts = callCli({"describe", folder.filePath(file), "--json"}).json();
            QVERIFY(facts["parameters"].toDouble() > 0);
            QVERIFY(facts["tasks"].toArray().size() >= 2);
        }
    }

    void aggregateGivesTheExactValues_data()
    {
        // ../shared/UPDATE_RULES.md, section 3: J = [[-4,1,1],[6,1,1]].
        QTest::addColumn<QStringList>("method");
        QTest::addColumn<QList<double>>("update");
        QTest::newRow("mean") << QStringList{"equal", "--set", "reduction=mean"} << QList<double>{1, 1, 1};
        QTest::newRow("mgda") << QStringList{"mgda"} << QList<double>{0, 1, 1};
        QTest::newRow("pcgrad") << QStringList{"pcgrad"} << QList<double>{.584795, 3.801170, 3.801170};
        QTest::newRow("cagrad .4") << QStringList{"cagrad", "--set", "c=0.4"} << QList<double>{.346803, 1.163299, 1.163299};
        QTest::newRow("cagrad .5") << QStringList{"cagrad", "--set", "c=0.5"} << QList<double>{.183503, 1.204124, 1.204124};
        QTest::newRow("upgrad") << QStringList{"upgrad"} << QList<double>{.292398, 1.900585, 1.900585};
        QTest::newRow("dualproj") << QStringList{"dualproj"} << QList<double>{.555556, 1.111111, 1.111111};
        QTest::newRow("imtl_g") << QStringList{"imtl_g"} << QList<double>{.076697, 1, 1};
        QTest::newRow("nash_mtl") << QStringList{"nash_mtl"} << QList<double>{.076584, .998533, .998533};
        QTest::newRow("fairgrad 1") << QStringList{"fairgrad", "--set", "alpha=1"} << QList<double>{.076584, .998533, .998533};
        QTest::newRow("fairgrad 1/2") << QStringList{"fairgrad", "--set", "alpha=0.5"} << QList<double>{.181043, 1.268221, 1.268221};
        QTest::newRow("fairgrad 2") << QStringList{"fairgrad", "--set", "alpha=2"} << QList<double>{.031274, .790817, .790817};
        QTest::newRow("aligned_mtl") << QStringList{"aligned_mtl"} << QList<double>{.426557, 1.934666, 1.934666};
        QTest::newRow("config") << QStringList{"config"} << QList<double>{.158809, 2.070607, 2.070607};
    }

    void aggregateGivesTheExactValues()
    {
        QFETCH(QStringList, method);
        QFETCH(QList<double>, update);
        QFile matrix(folder_.filePath("jacobian.json"));
        QVERIFY(matrix.open(QIODevice::WriteOnly));
        matrix.write("[[-4,1,1],[6,1,1]]");
        matrix.close();
        const CliCall call = callCli(QStringList{"aggregate"} + method + QStringList{"--jacobian", matrix.fileName()});
        QVERIFY2(call.exitCode == 0, qPrintable(call.err));
        const QJsonArray found = call.json()["update"].toArray();
        QCOMPARE(found.size(), 3);
        for (int i = 0; i < 3; ++i)
            QVERIFY2(std::abs(found[i].toDouble() - update[i]) < 2e-6, qPrintable(call.out));
        QVERIFY(call.json()["residual"].toDouble() < 1e-6);
    }

    /// Every method is either applied, repeatedly, or refused in a sentence that says what it needs.
    void aggregateWorksForEveryMethod()
    {
        QFile matrix(folder_.filePath("every.json"));
        QVERIFY(matrix.open(QIODevice::WriteOnly));
        matrix.write("[[-4,1,1],[6,1,1],[0.5,-2,1]]");
        matrix.close();
        int applied = 0;
        const QJsonArray methods = QJsonDocument::fromJson(callCli({"list", "balance", "--json"}).out.toUtf8()).array();
        QVERIFY(methods.size() >= 45);
        for (const QJsonValue &method : methods) {
            const QString id = method["id"].toString();
            const CliCall call = callCli({"aggregate", id, "--jacobian", matrix.fileName(), "--steps", "3"});
            if (call.exitCode == 0) {
                QCOMPARE(call.json()["update"].toArray().size(), 3);
                QVERIFY2(call.json().contains("residual"), qPrintable(id));
                ++applied;
            } else {
                QVERIFY2(call.err.contains("looks ahead") || call.err.contains("features of a model"), qPrintable(id + call.err));
            }
        }
        QVERIFY(applied >= 36);
    }

    void trainResumeExportReport()
    {
        const QString project = folder_.filePath("job.concord");
        const QStringList small = {"--set", "node.data.size=32", "--set", "node.data.train=64", "--set", "node.data.validation=16", "--set", "plan.batch=8", "--set", "plan.evaluateEvery=0"};
        const CliCall train = callCli(QStringList{"train", exampleFile("examples/1_scenes_three_tasks.json"), "--project", project, "--steps", "6", "--json"} + small);
        QVERIFY2(train.exitCode == 0, qPrintable(train.err));
        QCOMPARE(train.json()["run"].toInt(), 1);
        QCOMPARE(train.json()["state"].toString(), "finished");

        const CliCall resume = callCli({"resume", project, "1", "--steps", "10", "--json"});
        QVERIFY2(resume.exitCode == 0, qPrintable(resume.err));
        QCOMPARE(resume.json()["step"].toInt(), 10);

        const CliCall runs = callCli({"runs", project, "--json"});
        QCOMPARE(QJsonDocument::fromJson(runs.out.toUtf8()).array().size(), 1);
        const CliCall series = callCli({"series", project, "1", "loss/depth", "--csv"});
        const QStringList lines = series.out.trimmed().split('\n');
        QCOMPARE(lines.first(), "step,seconds,value");
        QCOMPARE(lines.size(), 11);   // ten steps, none lost and none twice across the resume
        for (int i = 1; i < lines.size(); ++i)
            QCOMPARE(lines[i].section(',', 0, 0).toInt() - lines[1].section(',', 0, 0).toInt(), i - 1);
        QVERIFY(callCli({"probes", project, "1"}).out.contains("has no probes"));
        QCOMPARE(callCli({"series", project, "1", "loss/dept"}).exitCode, 1);
        QCOMPARE(callCli({"resume", project, "1", "--steps", "9"}).exitCode, 1);   // it is at step 10
        QCOMPARE(callCli({"resume", project, "2", "--steps", "9"}).exitCode, 1);

        // Single-task runs, and Δm of the first against them.
        for (const char *task : {"segmentation", "depth", "normals"})
            QCOMPARE(callCli(QStringList{"train", exampleFile("examples/1_scenes_three_tasks.json"), "--project", project, "--steps", "2", "--single", task, "--json"} + small).exitCode, 0);
        const CliCall gain = callCli({"gain", project, "1", "--baselines", "2", "3", "4", "--json"});
        QVERIFY2(gain.exitCode == 0 && gain.json()["delta_m_percent"].isDouble(), qPrintable(gain.err));
        QCOMPARE(callCli({"gain", project, "1", "--baselines", "2", "3"}).exitCode, 1);

        const CliCall script = callCli({"export", project, "1", "--format", "torchscript", "-o", folder_.filePath("model.pt"), "--json"});
        QVERIFY2(script.exitCode == 0, qPrintable(script.err));
        QVERIFY(script.json()["maxDifference"].toDouble() < 1e-4);
        QVERIFY(QFile::exists(folder_.filePath("model.pt")));
        QCOMPARE(callCli({"export", project, "1", "--format", "safetensors", "-o", folder_.filePath("model.safetensors")}).exitCode, 0);
        QCOMPARE(callCli({"export", project, "1", "--format", "onnxx", "-o", folder_.filePath("x")}).exitCode, 1);
        QVERIFY(!QFile::exists(folder_.filePath("x")));

        QCOMPARE(callCli({"report", project, "1", "-o", folder_.filePath("report")}).exitCode, 0);
        QFile page(folder_.filePath("report/report.html"));
        QVERIFY(page.open(QIODevice::ReadOnly));
        const QByteArray html = page.readAll();
        for (const char *part : {"<svg", "data:image/png;base64", "Cosine of task gradients", "best constant", "mIoU"})
            QVERIFY2(html.contains(part), part);
        QVERIFY2(!html.contains("src='http") && !html.contains("<script"), "the page is self-contained");
    }

    void probesTellWhatGatesDecided()
    {
        const QString project = folder_.filePath("gates.concord");
        const QString file = folder_.filePath("gates.json");
        QCOMPARE(callCli({"recipe", "mmoe", "--tasks", "segmentation,depth", "-o", file}).exitCode, 0);
        const CliCall train = callCli({"train", file, "--project", project, "--steps", "3", "--set", "node.data.size=32", "--set", "node.data.train=16", "--set",
                                       "node.data.validation=4", "--set", "plan.batch=4", "--set", "plan.conflictEvery=2", "--set", "plan.evaluateEvery=0"});
        QVERIFY2(train.exitCode == 0, qPrintable(train.err));
        const QJsonArray last = QJsonDocument::fromJson(callCli({"probes", project, "1", "--json"}).out.toUtf8()).array();
        QCOMPARE(last.size(), 2);
        QCOMPARE(last[0]["name"].toString(), "gate");
        QCOMPARE(last[0]["step"].toInt(), 3);
        QCOMPARE(last[0]["rows"].toArray(), (QJsonArray{"segmentation", "depth"}));
        double sum = 0;
        for (const QJsonValue &value : last[0]["values"][1].toArray())
            sum += value.toDouble();
        QVERIFY(std::abs(sum - 1) < 1e-5);
        const QStringList lines = callCli({"probes", project, "1", "gates/gate"}).out.trimmed().split('\n');
        QCOMPARE(lines.first(), "step,row,column,value");
        QCOMPARE(lines.size(), 1 + 2 * 2 * last[0]["columns"].toArray().size()); // steps 1 and 3, two tasks
        QVERIFY(callCli({"probes", project, "1"}).out.contains("gates/use at step 3"));
        const CliCall wrong = callCli({"probes", project, "1", "gates/gat"});
        QCOMPARE(wrong.exitCode, 1);
        QVERIFY(wrong.err.contains("did you mean 'gates/gate'"));
    }

    void interruptKeepsACheckpoint()
    {
        const QString project = folder_.filePath("interrupted.concord");
        QProcess process;
        process.start(cliProgram(), {"train", exampleFile("examples/1_scenes_three_tasks.json"), "--project", project, "--steps", "100000", "--progress", "--set", "node.data.size=32", "--set", "plan.batch=4"});
        QVERIFY(process.waitForStarted());
        QByteArray progress;
        QTRY_VERIFY_WITH_TIMEOUT((progress += process.readAllStandardError()).contains("ms/step"), 60000);
        ::kill(pid_t(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(60000));
        QCOMPARE(process.exitCode(), 0);
        const QJsonObject run = QJsonDocument::fromJson(callCli({"runs", project, "--json"}).out.toUtf8()).array().at(0).toObject();
        QCOMPARE(run["state"].toString(), "stopped");
        const int step = run["step"].toInt();
        QVERIFY(step > 0);
        const CliCall resume = callCli({"resume", project, "1", "--steps", QString::number(step + 2), "--json"});
        QVERIFY2(resume.exitCode == 0 && resume.json()["step"].toInt() == step + 2, qPrintable(resume.out + resume.err));
    }

    void aSecondInterruptEndsAtOnce()
    {
        const QString project = folder_.filePath("twice.concord");
        QProcess process;
        process.start(cliProgram(), {"train", exampleFile("examples/1_scenes_three_tasks.json"), "--project", project, "--steps", "100000", "--progress", "--set", "node.data.size=32", "--set", "plan.batch=4",
                                     "--set", "plan.checkpointEvery=1"});
        QVERIFY(process.waitForStarted());
        QByteArray progress;
        QTRY_VERIFY_WITH_TIMEOUT((progress += process.readAllStandardError()).contains("ms/step"), 60000);
        ::kill(pid_t(process.processId()), SIGINT);
        ::kill(pid_t(process.processId()), SIGTERM);
        QVERIFY(process.waitForFinished(60000));
        // Whether the stop or the end came first, the run can go on.
        const QJsonObject run = QJsonDocument::fromJson(callCli({"runs", project, "--json"}).out.toUtf8()).array().at(0).toObject();
        const CliCall more = callCli({"resume", project, "1", "--steps", QString::number(run["step"].toInt() + 2), "--json"});
        QVERIFY2(more.exitCode == 0, qPrintable(more.err));
    }

    void trainsOnRealData_data()
    {
        QTest::addColumn<QString>("example");
        QTest::addColumn<QString>("data");
        QTest::addColumn<QStringList>("options");
        QTest::newRow("CamVid") << "camvid.json" << "camvid" << QStringList{"--set", "node.data.size=48,64", "--steps", "30", "--set", "plan.batch=4"};
        QTest::newRow("MultiMNIST") << "multi_mnist.json" << "mnist" << QStringList{"--steps", "150", "--set", "plan.batch=32"};
    }

    void trainsOnRealData()
    {
        QFETCH(QString, example);
        QFETCH(QString, data);
        QFETCH(QStringList, options);
        const QString root = QDir::cleanPath(QStringLiteral(CONCORD_SOURCE_DIR "/../shared/data/") + data);
        if (!QDir(root).exists())
            QSKIP("the real data are not on this machine");
        const CliCall call = callCli(QStringList{"train", exampleFile("examples_with_data/" + example), "--project", folder_.filePath(data + ".concord"), "--set", "node.data.root=" + root, "--set", "plan.evaluateEvery=0", "--json"} + options);
        QVERIFY2(call.exitCode == 0, qPrintable(call.err));
        const QJsonObject values = call.json()["values"].toObject();
        QVERIFY2(values["val/mean"].toDouble() > 0, qPrintable(call.out));   // better than the best constant predictor
    }

private:
    QTemporaryDir folder_;
};

CONCORD_TEST(CliTest)

} // namespace concord::test

#include "cli_test.moc"
