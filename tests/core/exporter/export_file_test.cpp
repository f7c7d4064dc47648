#include "core/base/error.h"
#include "core/base/file.h"
#include "core/exporter/export_file.h"

#include "tests/support/testing.h"

#include <QDir>
#include <QTemporaryDir>

#include <csignal>
#include <fstream>
#include <sys/resource.h>

namespace concord::test {

class ExportFileTest : public QObject
{
    Q_OBJECT

    std::filesystem::path file(const char *name) const { return std::filesystem::path(folder_.path().toStdString()) / name; }

    static std::string failure(const std::filesystem::path &out, const std::function<double(const std::filesystem::path &)> &write)
    {
        try {
            writeChecked(out, write);
        } catch (const Error &error) {
            return error.what();
        }
        return "no error";
    }

    static double put(const std::filesystem::path &file)
    {
        std::ofstream(file) << "new";
        return 0.25;
    }

    QStringList names() const { return QDir(folder_.path()).entryList(QDir::Files | QDir::Hidden); }

private Q_SLOTS:
    void init()
    {
        for (const QString &name : names())
            QFile::remove(folder_.filePath(name));
    }

    void becomesTheFile()
    {
        QCOMPARE(writeChecked(file("a.pt"), put), 0.25);
        QCOMPARE(readFile(file("a.pt")), std::string("new"));
        QCOMPARE(names(), QStringList{"a.pt"});
    }

    void relativeNamesGoToTheWorkingFolder()
    {
        const QString before = QDir::currentPath();
        QVERIFY(QDir::setCurrent(folder_.path()));
        writeChecked("plain.pt", put);
        QDir::setCurrent(before);
        QCOMPARE(names(), QStringList{"plain.pt"});
    }

    void aFailureLeavesWhatWasThere_data()
    {
        QTest::addColumn<bool>("ours");
        QTest::newRow("error") << true;
        QTest::newRow("library's exception") << false;
    }

    void aFailureLeavesWhatWasThere()
    {
        QFETCH(bool, ours);
        for (const bool exists : {true, false}) {
            if (exists)
                std::ofstream(file("a.pt")) << "old";
            else
                std::filesystem::remove(file("a.pt"));
            const std::string text = failure(file("a.pt"), [ours](const std::filesystem::path &temporary) -> double {
                put(temporary);
                if (ours)
                    throw Error("the file differs");
                throw std::runtime_error("first line\nframe #0: a stack");
            });
            QCOMPARE(text, ours ? std::string("the file differs") : file("a.pt").string() + ": could not be written: first line");
            QCOMPARE(names(), exists ? QStringList{"a.pt"} : QStringList());
            if (exists)
                QCOMPARE(readFile(file("a.pt")), std::string("old"));
        }
    }

    void namesWhatIsInTheWay()
    {
        std::ofstream(file("plain")) << "x";
        QVERIFY(failure(file("missing") / "a.pt", put).ends_with("missing: expected a folder to write into, found none"));
        QVERIFY(failure(file("plain") / "a.pt", put).ends_with("plain: expected a folder to write into, found a file"));
        QVERIFY(failure(folder_.path().toStdString(), put).ends_with("expected a file name, found a folder"));
        QCOMPARE(names(), QStringList{"plain"});
    }

    void aDiskThatIsFull()
    {
        // The system refuses to let files grow beyond this, as it does on a full disk.
        rlimit before = {};
        getrlimit(RLIMIT_FSIZE, &before);
        const auto old = std::signal(SIGXFSZ, SIG_IGN);
        rlimit small = before;
        small.rlim_cur = 4096;
        setrlimit(RLIMIT_FSIZE, &small);
        const std::string text = failure(file("a.pt"), [](const std::filesystem::path &temporary) {
            std::ofstream stream(temporary);
            stream.exceptions(std::ios::badbit | std::ios::failbit);
            stream << std::string(100000, 'x');
            stream.flush();
            return 0.0;
        });
        setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, old);
        QVERIFY2(text.find("could not be written") != std::string::npos, text.c_str());
        QCOMPARE(names(), QStringList());
    }

    void aFileThatWasNeverWritten()
    {
        QVERIFY(failure(file("a.pt"), [](const std::filesystem::path &) { return 0.0; }).find("could not be written") != std::string::npos);
    }

private:
    QTemporaryDir folder_;
};

CONCORD_TEST(ExportFileTest)

} // namespace concord::test

#include "export_file_test.moc"
