#include "app/startup.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QStringList>
#include <QTimer>

int main(int argc, char **argv)
{
    concord::ensurePassiveWaiting(argv);
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("concord"));
    QApplication::setOrganizationName(QStringLiteral("concord"));
    QApplication::setApplicationDisplayName(QStringLiteral("Concord"));
    QApplication::setApplicationVersion(QStringLiteral("0.1.0"));
    QApplication::setStyle(QStringLiteral("Fusion"));
    QFont font = QApplication::font();
    font.setFamilies({QStringLiteral("Inter"), font.family(), QStringLiteral("DejaVu Sans")});
    font.setPointSizeF(9.5);
    QApplication::setFont(font);

    concord::MainWindow window;
    window.show();
    // The window is there before the project is read.
    const QStringList arguments = QApplication::arguments().mid(1);
    QTimer::singleShot(0, &window, [&window, arguments] {
        if (arguments.isEmpty())
            window.openLast();
        else
            window.openFile(arguments.first());
    });
    return QApplication::exec();
}
