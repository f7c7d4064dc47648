#include "tests/ui/panel/panel_fixture.h"

#include "tests/ui/job/tiny_project.h"
#include "ui/plot/duel_chart.h"
#include "ui/plot/heat_matrix.h"

#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>

#include <memory>

namespace concord::test {

class DuelPanelTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir folder_;
    QString project_;

    struct Open
    {
        explicit Open(const QString &file)
        {
            workspace.project.open(file, false);
            workspace.showRuns({1});
            panel.reset(PanelRegistry::instance().find("duel")->make()->create(workspace));
            panel->resize(1000, 420);
            panel->show();
            [[maybe_unused]] const bool ready = QTest::qWaitFor([&] { return list()->isVisible(); }, 20000);
        }

        QListWidget *list() const { return panel->findChild<QListWidget *>(QStringLiteral("methodTicks")); }
        QPushButton *button() const { return panel->findChild<QPushButton *>(QStringLiteral("duelStart")); }
        DuelChart *chart() const { return panel->findChild<DuelChart *>(QStringLiteral("duelChart")); }
        QLabel *words() const { return panel->findChild<QLabel *>(QStringLiteral("duelWords")); }
        void check(const QStringList &ids)
        {
            for (int row = 0; row < list()->count(); ++row)
                list()->item(row)->setCheckState(ids.contains(list()->item(row)->data(Qt::UserRole).toString()) ? Qt::Checked : Qt::Unchecked);
        }

        Workspace workspace;
        std::unique_ptr<Panel> panel;
    };

private Q_SLOTS:
    void initTestCase()
    {
        project_ = folder_.filePath(QStringLiteral("duel.concord"));
        Project project;
        QCOMPARE(project.open(project_, true), QString());
        QCOMPARE(project.start(tinyExperiment(4)), QString());
        QVERIFY(waitForState(project, 1, RunState::finished));
    }

    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        fixture.open("duel");
        QVERIFY(fixture.showsWords());
    }

    void methodsAreFoundByTyping()
    {
        Open open(project_);
        const int all = open.list()->count();
        QVERIFY(all > 5);
        QVERIFY(open.list()->item(0)->checkState() == Qt::Checked); // those taken part stand first
        open.panel->findChild<QLineEdit *>()->setText(QStringLiteral("pcgr"));
        QVERIFY(open.list()->count() > 0 && open.list()->count() < all);
        QCOMPARE(open.list()->item(0)->data(Qt::UserRole).toString(), QStringLiteral("pcgrad"));
        open.list()->item(0)->setCheckState(Qt::Unchecked);
        open.panel->findChild<QLineEdit *>()->clear();
        for (int row = 0; row < all; ++row)
            if (open.list()->item(row)->data(Qt::UserRole).toString() == QStringLiteral("pcgrad"))
                QCOMPARE(open.list()->item(row)->checkState(), Qt::Unchecked);
        open.check({});
        QVERIFY(!open.button()->isEnabled());
    }

    void fightsInTheBackground()
    {
        Open open(project_);
        open.check({QStringLiteral("equal"), QStringLiteral("mgda"), QStringLiteral("pcgrad")});
        QCOMPARE(open.panel->headerInfo(), QStringLiteral("run 1 · 3 methods"));
        open.button()->click();
        QCOMPARE(open.button()->text(), QStringLiteral("Stop"));
        QVERIFY(open.words()->isVisible() && !open.list()->isEnabled());
        QVERIFY(QTest::qWaitFor([&] { return open.chart()->isVisible(); }, 120000));
        QCOMPARE(open.button()->text(), QStringLiteral("Start the duel"));
        auto *matrix = open.panel->findChild<HeatMatrix *>(QStringLiteral("duelMatrix"));
        QVERIFY(matrix->toolTipAt(0, 0).contains(QStringLiteral("cosine of their updates 1")));
        QVERIFY(open.chart()->toolTipAt(open.chart()->cell(0, 1).center()).contains(QStringLiteral("depth")));
        QVERIFY(open.chart()->toolTipAt(QPoint(4, open.chart()->cell(2, 0).center().y())).contains(QStringLiteral("residual")));
        for (const bool dark : {false, true}) {
            open.workspace.setTheme(dark ? Theme::darkTheme() : Theme::light());
            for (const int quantity : {0, 1, 2}) {
                auto *chooser = open.panel->findChild<QComboBox *>(QStringLiteral("duelQuantity"));
                chooser->setCurrentIndex(quantity);
                Q_EMIT chooser->activated(quantity);
                QVERIFY(!open.panel->grab().isNull());
            }
        }
    }

    void stopsWhenAskedAndWhenClosed()
    {
        Open open(project_);
        open.check({QStringLiteral("equal"), QStringLiteral("mgda"), QStringLiteral("pcgrad"), QStringLiteral("cagrad")});
        open.button()->click();
        open.button()->click();
        QVERIFY(QTest::qWaitFor([&] { return open.button()->text() == QStringLiteral("Start the duel"); }, 60000));
        QVERIFY(open.words()->isVisible());
        open.button()->click();
        open.panel.reset(); // must neither hang nor be called back
    }

    void saysWhatIsMissing()
    {
        PanelFixture fixture; // its runs have no checkpoint
        Panel *panel = fixture.open("duel");
        auto *button = panel->findChild<QPushButton *>(QStringLiteral("duelStart"));
        QTRY_VERIFY(button->isVisible());
        button->click();
        const auto *words = panel->findChild<QLabel *>(QStringLiteral("duelWords"));
        QVERIFY(QTest::qWaitFor([&] { return words->text().contains(QStringLiteral("checkpoint")) && words->isVisible(); }, 60000));
    }
};

CONCORD_TEST(DuelPanelTest)

} // namespace concord::test

#include "duel_test.moc"
