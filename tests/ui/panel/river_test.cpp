#include "tests/ui/panel/panel_fixture.h"
#include "ui/plot/river_view.h"

#include <QComboBox>

namespace concord::test {

class RiverTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        fixture.open("river");
        QVERIFY(fixture.showsWords());
    }

    void showsBlocksOfThePairThatConflictsMost()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("river");
        auto *view = panel->findChild<RiverView *>(QStringLiteral("riverView"));
        QTRY_COMPARE(view->rowCount(), 6);
        auto *pairs = qobject_cast<QComboBox *>(fixture.controls());
        QCOMPARE(pairs->count(), 3);
        QCOMPARE(pairs->currentText(), QStringLiteral("segmentation ↔ normals"));
        QVERIFY(view->toolTipAt(view->rowRect(0).center()).startsWith(QStringLiteral("all shared")));
    }

    void aClickSelectsBlockAndStep()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("river");
        auto *view = panel->findChild<RiverView *>(QStringLiteral("riverView"));
        QTRY_COMPARE(view->rowCount(), 6);
        int stem = -1;
        for (int row = 0; row < 6; ++row)
            if (view->toolTipAt(view->rowRect(row).center()).startsWith(QStringLiteral("Stem")))
                stem = row;
        QCOMPARE(stem, 2);   // after all shared and a block that its graph does not know
        QTest::mouseClick(view, Qt::LeftButton, {}, view->rowRect(stem).center());
        QCOMPARE(fixture.workspace.focusBlock(), QStringLiteral("stem"));
        QCOMPARE(fixture.workspace.document.selection(), QSet<QString>{QStringLiteral("stem")});
        QVERIFY(std::abs(fixture.workspace.cursorStep() - 300) < 4);
        QTest::mouseDClick(view, Qt::LeftButton, {}, view->rowRect(stem).center());
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(-1));
    }
};

CONCORD_TEST(RiverTest)

} // namespace concord::test

#include "river_test.moc"
