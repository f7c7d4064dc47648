#include "tests/ui/panel/panel_fixture.h"
#include "ui/plot/timeline_bar.h"

#include <QLabel>
#include <QSignalSpy>
#include <QToolButton>

namespace concord::test {

class TimelineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        fixture.open("timeline", {900, 60});
        QVERIFY(fixture.showsWords());
    }

    void movesTheCursorAndFollows()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("timeline", {900, 60});
        const auto *label = panel->findChild<QLabel *>(QStringLiteral("stepLabel"));
        auto *bar = panel->findChild<TimelineBar *>();
        auto *follow = panel->findChild<QToolButton *>(QStringLiteral("followNewest"));
        QTRY_COMPARE(label->text(), QStringLiteral("step 600 / 800"));
        QVERIFY(follow->isChecked());
        QTRY_COMPARE(bar->nextTick(-1), std::int64_t(500));
        QTest::keyClick(bar, Qt::Key_Left);
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(500));
        QCOMPARE(label->text(), QStringLiteral("step 500 / 800"));
        QVERIFY(!follow->isChecked());
        follow->click();
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(-1));
    }

    void playsTheEvaluationsAndEndsInFollow()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("timeline", {900, 60});
        auto *bar = panel->findChild<TimelineBar *>();
        QTRY_COMPARE(bar->nextTick(-1), std::int64_t(500));
        QSignalSpy moved(&fixture.workspace, &Workspace::cursorStepChanged);
        QToolButton *play = nullptr;
        for (QToolButton *button : panel->findChildren<QToolButton *>())
            if (button->accessibleName() == QStringLiteral("Play"))
                play = button;
        play->click();
        QCOMPARE(fixture.workspace.cursorStep(), std::int64_t(100));
        QTRY_COMPARE(fixture.workspace.cursorStep(), std::int64_t(-1));
        QCOMPARE(moved.count(), 7);   // 100 … 600, follow
    }
};

CONCORD_TEST(TimelineTest)

} // namespace concord::test

#include "timeline_test.moc"
