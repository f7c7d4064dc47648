#include "tests/support/testing.h"

#include <QStringList>

#ifdef QT_WIDGETS_LIB
#include <QApplication>
using Application = QApplication;
#else
#include <QCoreApplication>
using Application = QCoreApplication;
#endif

namespace concord::test {

std::vector<std::function<std::unique_ptr<QObject>()>> &testObjects()
{
    static std::vector<std::function<std::unique_ptr<QObject>()>> objects;
    return objects;
}

} // namespace concord::test

/// Runs every test object with the same arguments. `CONCORD_TEST_ONLY=Name` runs one class.
int main(int argc, char **argv)
{
    Application application(argc, argv);
    // Qt's crash handler starts a debugger over and over when an exception escapes a test, and fills the disk.
    QStringList arguments = Application::arguments();
    arguments.insert(1, QStringLiteral("-nocrashhandler"));
    const QByteArray only = qgetenv("CONCORD_TEST_ONLY");
    int failed = 0;
    int ran = 0;
    for (const auto &make : concord::test::testObjects()) {
        const std::unique_ptr<QObject> object = make();
        if (!only.isEmpty() && QByteArray(object->metaObject()->className()).endsWith(only) == false)
            continue;
        ++ran;
        failed += QTest::qExec(object.get(), arguments);
    }
    if (ran == 0)
        qCritical("no test object was run");
    return failed != 0 || ran == 0;
}
