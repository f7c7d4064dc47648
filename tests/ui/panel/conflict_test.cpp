#include "tests/ui/panel/panel_fixture.h"
#include "ui/plot/heat_matrix.h"

#include <QComboBox>
#include <QLabel>

namespace concord::test {

class ConflictTest : public QObject
{
    Q_OBJECT

private:
    static QString caption(const Panel *panel)
    {
        for (const QLabel *label : panel->findChildren<QLabel *>())
            if (label->text().startsWith(QStringLiteral("cosine of task gradients")))
                return label->text();
        return {};
    }

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        fixture.open("conflict", {270, 340});
        QVERIFY(fixture.showsWords());
    }

    void showsTheMatrixAtTheCursor()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("conflict", {270, 340});
        auto *matrix = panel->findChild<HeatMatrix *>(QStringLiteral("heatMatrix"));
        QTRY_VERIFY(!matrix->toolTipAt(0, 2).isEmpty());
        QVERIFY(caption(panel).contains(QStringLiteral("step 600")));
        QVERIFY(caption(panel).contains(QStringLiteral("residual")));
        const QString newest = matrix->toolTipAt(0, 2);
        fixture.workspace.setCursorStep(200);
        QVERIFY(caption(panel).contains(QStringLiteral("step 200")));
        QVERIFY(matrix->toolTipAt(0, 2) != newest);
        QVERIFY2(newest.contains(QStringLiteral("norms 1.200 and 0.500")), qPrintable(newest));
    }

    void blockChooserAndFocusAreOne()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("conflict", {270, 340});
        auto *chooser = qobject_cast<QComboBox *>(fixture.controls());
        QTRY_COMPARE(chooser->count(), 6);
        auto *matrix = panel->findChild<HeatMatrix *>(QStringLiteral("heatMatrix"));
        QCOMPARE(chooser->currentText(), QStringLiteral("all shared"));
        const QString all = matrix->toolTipAt(0, 2);
        fixture.workspace.setFocusBlock(QStringLiteral("attention"));
        QCOMPARE(chooser->currentData().toString(), QStringLiteral("attention"));
        QVERIFY(matrix->toolTipAt(0, 2) != all);
        chooser->setCurrentIndex(0);
        Q_EMIT chooser->activated(0);
        QCOMPARE(fixture.workspace.focusBlock(), QString());
        QCOMPARE(matrix->toolTipAt(0, 2), all);
        fixture.workspace.setFocusBlock(QStringLiteral("a_block_without_gramians"));
        QCOMPARE(matrix->toolTipAt(0, 2), all);
    }
};

CONCORD_TEST(ConflictTest)

} // namespace concord::test

#include "conflict_test.moc"
