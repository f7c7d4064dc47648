#include "tests/ui/panel/panel_fixture.h"

#include <QPlainTextEdit>

namespace concord::test {

class LogTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        Panel *panel = fixture.open("log");
        const auto *text = panel->findChild<QPlainTextEdit *>();
        QVERIFY(text->toPlainText().isEmpty());
        QVERIFY(!text->placeholderText().isEmpty());
    }

    void showsWhatTheRunSaid()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("log");
        const auto *text = panel->findChild<QPlainTextEdit *>();
        QTRY_VERIFY(text->toPlainText().contains(QStringLiteral("depth is far from its baseline")));
        const std::vector<RunEvent> events = {LogEvent{.level = LogEvent::Level::error, .step = 601, .text = "loss <nan>"}};
        fixture.workspace.currentData()->append(events);
        QVERIFY(text->toPlainText().contains(QStringLiteral("loss <nan>")));
        QCOMPARE(text->blockCount(), 2);
        fixture.workspace.showRuns({});
        QVERIFY(text->toPlainText().isEmpty());
    }
};

CONCORD_TEST(LogTest)

} // namespace concord::test

#include "log_test.moc"
