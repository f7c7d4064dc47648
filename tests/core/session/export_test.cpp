#include "core/base/error.h"
#include "core/base/file.h"
#include "core/tensor/safetensors.h"
#include "tests/core/session/tiny_run.h"
#include "tests/support/testing.h"

namespace concord::test {

class ExportTest : public QObject
{
    Q_OBJECT

    static std::string failure(const TinyProject &project, int run, const std::string &format, const std::filesystem::path &out)
    {
        try {
            exportRun(project.file, run, format, out);
        } catch (const Error &error) {
            return error.what();
        }
        return {};
    }

private Q_SLOTS:
    void writesTheBestCheckpoint()
    {
        TinyProject project;
        const int run = project.queue();
        project.execute(run);
        const std::filesystem::path out = project.folder.filePath("m.safetensors").toStdString();
        const ExportResult result = exportRun(project.file, run, "safetensors", out);
        QCOMPARE(result.file, out);
        const RunStore store = project.store();
        const std::optional<CheckpointEvent> best = store.checkpoint(run, "best");
        const Safetensors expected = loadSafetensors(store.folder() / (best ? best->file : store.checkpoint(run, "last")->file));
        const Safetensors found = loadSafetensors(out);
        QVERIFY(!found.tensors.empty());
        for (const auto &[name, tensor] : found.tensors)
            QVERIFY2(expected.tensors.contains("model." + name) && expected.tensors.at("model." + name).equal(tensor), name.c_str());
        QVERIFY2(result.message.find("step") != std::string::npos, result.message.c_str());
    }

    void fallsBackToTheLastCheckpoint()
    {
        TinyProject project;
        const int run = project.queue();
        project.execute(run);
        std::filesystem::remove(project.store().folder() / "run1-best.safetensors");
        const ExportResult result = exportRun(project.file, run, "torchscript", project.folder.filePath("m.pt").toStdString());
        QVERIFY2(result.message.find("last checkpoint of step 6") != std::string::npos, result.message.c_str());
        QVERIFY(result.maxDifference < 1e-5);
    }

    void saysWhyNot()
    {
        TinyProject project;
        const std::filesystem::path out = project.folder.filePath("m.pt").toStdString();
        const int run = project.queue();
        QVERIFY2(failure(project, run, "torchscript", out).find("expected a checkpoint") != std::string::npos, failure(project, run, "torchscript", out).c_str());
        project.execute(run);
        QVERIFY2(failure(project, run, "onnxx", out).find("torchscript") != std::string::npos, failure(project, run, "onnxx", out).c_str());
        QVERIFY2(failure(project, 9, "torchscript", out).find("9") != std::string::npos, failure(project, 9, "torchscript", out).c_str());
        QVERIFY2(failure(project, run, "torchscript", out / "deeper").find("expected a folder") != std::string::npos, "");
        for (const char *kind : {"best", "last"})
            writeFileAtomically(project.store().folder() / fmt::format("run1-{}.safetensors", kind), "nonsense");
        QVERIFY2(failure(project, run, "torchscript", out).find("run1-") != std::string::npos, failure(project, run, "torchscript", out).c_str());
        QVERIFY(!std::filesystem::exists(out));
    }

    void writesAReport()
    {
        TinyProject project;
        const int run = project.queue();
        project.execute(run);
        const std::filesystem::path page = writeReport(project.file, {run}, project.folder.filePath("report").toStdString());
        const std::string html = readFile(page);
        for (const char *part : {"best constant", "<svg", "Cosine of task gradients", "Predictions at step 6", "accuracy", "plan", "libtorch"})
            QVERIFY2(QString::fromStdString(html).contains(part, Qt::CaseInsensitive), part);
    }
};

CONCORD_TEST(ExportTest)

} // namespace concord::test

#include "export_test.moc"
