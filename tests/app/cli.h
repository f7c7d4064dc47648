#pragma once

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>

namespace concord::test {

/// One call of the command-line program that was built beside this test.
struct CliCall
{
    int exitCode = -1;
    QString out;
    QString err;

    QJsonObject json() const { return QJsonDocument::fromJson(out.toUtf8()).object(); }
};

inline QString cliProgram()
{
    return QCoreApplication::applicationDirPath() + QStringLiteral("/concord-cli");
}

inline CliCall callCli(const QStringList &arguments, int timeout = 240000)
{
    QProcess process;
    process.start(cliProgram(), arguments);
    if (!process.waitForFinished(timeout))
        return {-1, {}, QStringLiteral("did not finish: ") + process.errorString()};
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -2, QString::fromUtf8(process.readAllStandardOutput()), QString::fromUtf8(process.readAllStandardError())};
}

inline QString exampleFile(const QString &name)
{
    return QStringLiteral(CONCORD_SOURCE_DIR "/resources/") + name;
}

} // namespace concord::test
