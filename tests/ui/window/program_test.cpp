#include "tests/support/testing.h"
#include "tests/ui/job/tiny_project.h"

#include <QCoreApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QImage>
#include <QProcess>
#include <QSet>
#include <QStandardPaths>

#include <csignal>
#include <filesystem>

namespace concord::test {

/// The real program on a real X server: keys from outside, pictures of the screen, kill -9.
class ProgramTest : public QObject
{
    Q_OBJECT

private:
    QProcessEnvironment environment() const
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char *name : {"HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR"})
            environment.insert(QString::fromLatin1(name), folder_->path());
        environment.insert(QStringLiteral("DISPLAY"), display_);
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("xcb"));
        environment.insert(QStringLiteral("OMP_WAIT_POLICY"), QStringLiteral("passive"));
        environment.remove(QStringLiteral("WAYLAND_DISPLAY"));
        return environment;
    }

    QString tool(const QString &program, const QStringList &arguments) const
    {
        QProcess process;
        process.setProcessEnvironment(environment());
        process.start(program, arguments);
        process.waitForFinished(20000);
        return QString::fromUtf8(process.readAllStandardOutput()).trimmed();
    }

    /// Starts the program on the project and gives its window the keyboard.
    void open()
    {
        program_ = std::make_unique<QProcess>();
        program_->setProcessEnvironment(environment());
        program_->setProcessChannelMode(QProcess::ForwardedErrorChannel);
        QElapsedTimer timer;
        timer.start();
        program_->start(QCoreApplication::applicationDirPath() + QStringLiteral("/concord"), {file()});
        QVERIFY2(program_->waitForStarted(), "concord is not beside the tests: build it first");
        const QString pid = QString::number(program_->processId());
        QTRY_VERIFY_WITH_TIMEOUT(!(window_ = tool(QStringLiteral("xdotool"), {QStringLiteral("search"), QStringLiteral("--onlyvisible"), QStringLiteral("--pid"), pid, QStringLiteral("--name"), QStringLiteral("p.concord")})).isEmpty(), 30000);
        qInfo("the project is in its window after %lld ms", timer.elapsed());
        window_ = window_.section(u'\n', 0, 0);
        tool(QStringLiteral("xdotool"), {QStringLiteral("windowfocus"), QStringLiteral("--sync"), window_});
    }

    void press(const char *keys) const { tool(QStringLiteral("xdotool"), {QStringLiteral("key"), QStringLiteral("--clearmodifiers"), QString::fromLatin1(keys)}); }

    void quit()
    {
        press("ctrl+q");
        QTRY_COMPARE_WITH_TIMEOUT(program_->state(), QProcess::NotRunning, 30000);
        QCOMPARE(program_->exitStatus(), QProcess::NormalExit);
        QCOMPARE(program_->exitCode(), 0);
    }

    QString file() const { return folder_->filePath(QStringLiteral("p.concord")); }
    RunStore store(RunStore::Mode mode = RunStore::Mode::read) const { return RunStore(file().toStdString(), mode); }
    std::vector<RunSummary> runs() const { return store().runs(); }

    QProcess server_;
    QString display_;
    std::unique_ptr<QTemporaryDir> folder_;
    std::unique_ptr<QProcess> program_;
    QString window_;

private Q_SLOTS:
    void initTestCase()
    {
        for (const char *needed : {"Xvfb", "xdotool", "import"})
            if (QStandardPaths::findExecutable(QString::fromLatin1(needed)).isEmpty())
                QSKIP(qPrintable(QStringLiteral("%1 is not installed").arg(QString::fromLatin1(needed))));
        // Without -noreset the server starts over when its last client leaves, and may drop the next one meanwhile.
        server_.start(QStringLiteral("Xvfb"), {QStringLiteral("-displayfd"), QStringLiteral("1"), QStringLiteral("-screen"), QStringLiteral("0"), QStringLiteral("1440x900x24"), QStringLiteral("-nolisten"), QStringLiteral("tcp"), QStringLiteral("-noreset")});
        QVERIFY(server_.waitForReadyRead(20000));
        display_ = u':' + QString::fromLatin1(server_.readLine()).trimmed();
    }

    void cleanupTestCase()
    {
        server_.terminate();
        server_.waitForFinished(5000);
    }

    void init() { folder_ = std::make_unique<QTemporaryDir>(); }

    void cleanup()
    {
        if (program_ && program_->state() != QProcess::NotRunning) {
            program_->kill();
            program_->waitForFinished(5000);
        }
        program_.reset();
    }

    void trainsShowsAndQuits()
    {
        store(RunStore::Mode::create).saveDraft(toJson(tinyExperiment(12)));
        open();
        press("ctrl+r");
        QTRY_VERIFY_WITH_TIMEOUT(!runs().empty() && runs().front().state == RunState::finished, 60000);
        QCOMPARE(runs().front().step, std::int64_t(12));
        QTest::qWait(300);   // the last of it is drawn

        const QString picture = folder_->filePath(QStringLiteral("screen.png"));
        tool(QStringLiteral("import"), {QStringLiteral("-window"), QStringLiteral("root"), picture});
        const QImage screen(picture);
        QVERIFY(!screen.isNull());
        if (const QString keep = qEnvironmentVariable("CONCORD_SHOTS"); !keep.isEmpty())
            screen.save(keep + QStringLiteral("/program.png"));
        QSet<QRgb> colours;
        for (int y = 0; y < screen.height(); y += 2)
            for (int x = 0; x < screen.width(); x += 2)
                colours.insert(screen.pixel(x, y));
        QVERIFY2(colours.size() > 200, qPrintable(QString::number(colours.size())));   // text, curves, rooms
        quit();
    }

    void anEditSurvivesKill9()
    {
        store(RunStore::Mode::create).saveDraft(toJson(tinyExperiment(12)));
        const std::string before = store().draft();
        open();
        press("ctrl+shift+n");   // the gallery: its first example takes the place of the graph
        QTest::qWait(500);
        press("Return");
        QTRY_VERIFY_WITH_TIMEOUT(store().draft() != before, 20000);
        const std::string edited = store().draft();
        QCOMPARE(::kill(pid_t(program_->processId()), SIGKILL), 0);
        QTRY_COMPARE(program_->state(), QProcess::NotRunning);
        QCOMPARE(store().draft(), edited);
        open();
        quit();
        QCOMPARE(store().draft(), edited);
        QVERIFY(experimentFromJson(edited, "draft").name != "tiny");
    }

    void closingWhileItTrainsKeepsTheRunResumable()
    {
        store(RunStore::Mode::create).saveDraft(toJson(endlessExperiment()));
        open();
        press("ctrl+r");
        QTRY_VERIFY_WITH_TIMEOUT(!runs().empty() && runs().front().step >= 5, 60000);
        QElapsedTimer timer;
        timer.start();
        quit();
        qInfo("closed %lld ms after Ctrl+Q", timer.elapsed());
        const RunSummary run = runs().front();
        QCOMPARE(run.state, RunState::stopped);
        const std::optional<CheckpointEvent> kept = store().checkpoint(1, "last");
        QVERIFY(kept);
        QCOMPARE(kept->step, run.step);
        RunControl control;
        const StateEvent outcome = executeRun(file().toStdString(), 1, {.steps = run.step + 2}, control, nullptr);
        QCOMPARE(outcome.state, RunState::finished);
        QCOMPARE(outcome.step, run.step + 2);
    }
};

CONCORD_TEST(ProgramTest)

} // namespace concord::test

#include "program_test.moc"
