#include "core/base/file.h"

#include "core/base/error.h"

#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <csignal>

#include <sys/resource.h>
#include <sys/stat.h>

using namespace concord;

class FileTest : public QObject
{
    Q_OBJECT

    static std::ptrdiff_t countFiles(const std::filesystem::path &folder) { return std::distance(std::filesystem::directory_iterator(folder), {}); }

private Q_SLOTS:
    void writesAndReadsBytes()
    {
        const QTemporaryDir temporary;
        const std::filesystem::path file = std::filesystem::path(temporary.path().toStdString()) / "ü.bin";
        for (const std::string &bytes : {std::string(), std::string("a\0b\n\xff", 5), std::string(200000, 'z')}) {
            writeFileAtomically(file, bytes);
            QVERIFY(readFile(file) == bytes);
        }
        QCOMPARE(countFiles(file.parent_path()), std::ptrdiff_t(1));
    }

    void keepsLinksAndModes()
    {
        const QTemporaryDir temporary;
        const std::filesystem::path folder = temporary.path().toStdString();
        writeFileAtomically(folder / "target", "old");
        ::chmod((folder / "target").c_str(), 0640);
        std::filesystem::create_symlink("target", folder / "link");
        writeFileAtomically(folder / "link", "new");
        QVERIFY(std::filesystem::is_symlink(folder / "link"));
        QCOMPARE(readFile(folder / "target"), std::string("new"));
        struct stat status;
        QCOMPARE(::stat((folder / "target").c_str(), &status), 0);
        QCOMPARE(int(status.st_mode & 0777), 0640);
    }

    void keepsTheOldFileWhenTheNewOneDoesNotFit()
    {
        const QTemporaryDir temporary;
        const std::filesystem::path file = std::filesystem::path(temporary.path().toStdString()) / "f";
        writeFileAtomically(file, "old");
        // A limit on the size of files makes write() fail half-way, as a full disk does.
        rlimit before;
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &before), 0);
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        const rlimit small{.rlim_cur = 100000, .rlim_max = before.rlim_max};
        ::setrlimit(RLIMIT_FSIZE, &small);
        bool thrown = false;
        try {
            writeFileAtomically(file, std::string(300000, 'n'));
        } catch (const Error &error) {
            thrown = std::string_view(error.what()).starts_with("cannot write '");
        }
        ::setrlimit(RLIMIT_FSIZE, &before);
        std::signal(SIGXFSZ, handler);
        QVERIFY(thrown);
        QCOMPARE(readFile(file), std::string("old"));
        QCOMPARE(countFiles(file.parent_path()), std::ptrdiff_t(1));
    }

    void saysWhyItCannotRead()
    {
        try {
            readFile("/nowhere/at/all");
            QFAIL("read");
        } catch (const Error &error) {
            QCOMPARE(std::string(error.what()), std::string("cannot read '/nowhere/at/all': expected an existing file and folder, found none of that name"));
        }
        QVERIFY_THROWS_EXCEPTION(Error, readFile("/tmp"));
    }
};

CONCORD_TEST(FileTest)
#include "file_test.moc"
