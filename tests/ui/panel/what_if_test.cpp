#include "tests/ui/panel/panel_fixture.h"

#include "core/session/what_if.h"
#include "ui/plot/change_bar.h"

#include <QCheckBox>
#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QPushButton>
#include <QSlider>

#include <cmath>

namespace concord::test {

class WhatIfPanelTest : public QObject
{
    Q_OBJECT

private:
    struct Open
    {
        explicit Open(QSize size = {330, 320})
        {
            panel = fixture.open("what_if", size);
            [[maybe_unused]] const bool ready = QTest::qWaitFor([&] { return fixture.isLoaded() && panel->findChildren<ChangeBar *>().size() == 3; }, 20000);
        }

        QSlider *slider(const char *task) { return panel->findChild<QSlider *>(QStringLiteral("whatIf/") + QLatin1String(task)); }
        /// In the order of the tasks.
        std::vector<double> changes() const
        {
            std::vector<double> values;
            for (const ChangeBar *bar : panel->findChildren<ChangeBar *>())
                values.push_back(bar->value());
            return values;
        }
        const std::vector<float> &gramian() { return fixture.workspace.currentData()->gramians(QString()).back().values; }
        double last(const QString &series) { return fixture.workspace.currentData()->series(series)->values.back(); }

        PanelFixture fixture;
        Panel *panel;
    };

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        fixture.open("what_if");
        QVERIFY(fixture.showsWords());
    }

    void beginsWithTheRunsOwnWeights()
    {
        Open open;
        std::vector<double> own;
        for (const char *task : {"segmentation", "depth", "normals"})
            own.push_back(open.last(QStringLiteral("weight/") + QLatin1String(task)));
        const SharedUpdate update = sharedUpdate(open.gramian(), own);
        // A schedule that has run out says nothing of what weights do.
        const double rate = *std::ranges::max_element(open.fixture.workspace.currentData()->series(QStringLiteral("lr"))->values);
        const std::vector<double> found = open.changes();
        QCOMPARE(found.size(), std::size_t(3));
        for (std::size_t i = 0; i < 3; ++i) {
            QVERIFY(std::abs(found[i] + rate * update.products[i]) < 1e-12);
            QCOMPARE(open.panel->findChildren<ChangeBar *>()[qsizetype(i)]->reference(), found[i]);
        }
    }

    void aSliderMovesTheChanges()
    {
        Open open;
        for (const char *task : {"segmentation", "normals"})
            open.slider(task)->setValue(0);
        open.slider("depth")->setValue(1000);
        // Only depth counts: every loss changes by −η w ⟨gᵢ, g_depth⟩.
        const std::vector<double> found = open.changes();
        const auto &gramian = open.gramian();
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY(std::abs(found[i] / found[1] - double(gramian[i * 3 + 1]) / double(gramian[4])) < 1e-9);
        QVERIFY(found[1] < 0);
        // The reference stays the run's.
        QVERIFY(open.panel->findChildren<ChangeBar *>()[1]->reference() != found[1]);
        // A hand's weights stay when the cursor moves.
        open.fixture.workspace.setCursorStep(100);
        QCOMPARE(open.slider("depth")->value(), 1000);
        QCOMPARE(open.slider("normals")->value(), 0);
    }

    void methodsGiveTheirWeights()
    {
        Open open;
        auto *methods = open.panel->findChild<QComboBox *>(QStringLiteral("whatIfMethod"));
        const int mgda = methods->findData(QStringLiteral("mgda"));
        QVERIFY(mgda >= 0);
        QCOMPARE(methods->findData(QStringLiteral("graddrop")), -1);
        methods->setCurrentIndex(mgda);
        Q_EMIT methods->activated(mgda);
        // Min-norm: ⟨gᵢ, d⟩ is the same for every task with weight, and no less for the others.
        const std::vector<double> found = open.changes();
        for (const double change : found)
            QVERIFY2(change <= 1e-9, "MGDA lets no loss rise");
        open.panel->findChild<QPushButton *>(QStringLiteral("whatIfEqual"))->click();
        QCOMPARE(methods->currentIndex(), -1);
        const int value = open.slider("segmentation")->value();
        QVERIFY(value > 0 && open.slider("depth")->value() == value && open.slider("normals")->value() == value);
    }

    void theSameLengthComparesDirections()
    {
        Open open;
        const std::vector<double> before = open.changes();
        for (const char *task : {"segmentation", "depth", "normals"})
            open.slider(task)->setValue(open.slider(task)->value() / 2);
        open.panel->findChild<QCheckBox *>()->setChecked(true);
        // Half the weights are the same direction, but for the sliders' grain.
        const std::vector<double> after = open.changes();
        for (std::size_t i = 0; i < 3; ++i)
            QVERIFY2(std::abs(after[i] - before[i]) < 0.02 * std::abs(before[1]), qPrintable(QStringLiteral("%1 %2").arg(after[i]).arg(before[i])));
    }

    void movesWithinAFrame()
    {
        Open open;
        QElapsedTimer clock;
        clock.start();
        for (int value = 0; value < 100; ++value) {
            open.slider("depth")->setValue(value * 10);
            open.panel->grab();
        }
        qInfo("what-if: %.2f ms per move, painted", double(clock.nsecsElapsed()) / 1e8);
    }

    void fitsItsDock()
    {
        for (const bool dark : {false, true}) {
            Open open({300, 300});
            open.fixture.workspace.setTheme(dark ? Theme::darkTheme() : Theme::light());
            for (const ChangeBar *bar : open.panel->findChildren<ChangeBar *>()) {
                QTRY_VERIFY(bar->width() >= bar->minimumSizeHint().width()); // once the layout is made
                QTRY_VERIFY(bar->mapTo(open.panel, QPoint(bar->width(), 0)).x() <= open.panel->width());
            }
        }
    }
};

CONCORD_TEST(WhatIfPanelTest)

} // namespace concord::test

#include "what_if_test.moc"
