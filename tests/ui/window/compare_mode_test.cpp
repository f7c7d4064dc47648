#include "tests/support/testing.h"
#include "tests/ui/window/person.h"

#include <QDialog>

namespace concord::test {

/// The window's third arrangement, and the way from the menu to a comparison.
class CompareModeTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> folder_;

    static QStringList visible(const MainWindow &window)
    {
        QStringList names;
        for (const Dock *dock : window.findChildren<Dock *>())
            if (dock->isVisible())
                names += dock->objectName();
        names.sort();
        return names;
    }

private Q_SLOTS:
    void init()
    {
        folder_ = std::make_unique<QTemporaryDir>();
        useSettingsIn(folder_->path());
    }

    void showsItsPanelsAndIsRemembered()
    {
        const QStringList wanted = {QStringLiteral("compare"), QStringLiteral("curves"), QStringLiteral("difference"), QStringLiteral("duel"), QStringLiteral("front"), QStringLiteral("runs")};
        {
            MainWindow window;
            window.show();
            Person(window).pressButton("compareButton");
            QTRY_COMPARE(visible(window), wanted);
            window.setMode(Mode::train);
            window.setMode(Mode::compare);
            QTRY_COMPARE(visible(window), wanted);
            window.close();
        }
        MainWindow again;
        again.show();
        QVERIFY(again.mode() == Mode::compare);
        QTRY_COMPARE(visible(again), wanted);
    }

    void theMenuOpensTheDialogAboveTheTable()
    {
        MainWindow window;
        window.show();
        window.openFile(folder_->filePath(QStringLiteral("a.concord")));
        window.workspace().document.load(tinyExperiment(4));
        window.findChild<QAction *>(QStringLiteral("compareAction"))->trigger();
        QVERIFY(window.mode() == Mode::compare);
        auto *dialog = window.findChild<QDialog *>(QStringLiteral("compareDialog"));
        QVERIFY(dialog && dialog->isVisible());
        dialog->reject();
    }
};

CONCORD_TEST(CompareModeTest)

} // namespace concord::test

#include "compare_mode_test.moc"
