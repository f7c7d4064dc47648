#include "tests/ui/panel/panel_fixture.h"
#include "ui/image/colour_scale.h"
#include "ui/image/plane_view.h"
#include "ui/image/sample_view.h"
#include "ui/plot/chip_strip.h"

#include <QComboBox>

#include <algorithm>

namespace concord::test {

class PredictionsTest : public QObject
{
    Q_OBJECT

private:
    static QStringList captions(const Panel *panel)
    {
        QStringList captions;
        for (const PlaneView *view : panel->findChildren<PlaneView *>())
            captions += view->shownText();
        return captions;
    }

private Q_SLOTS:
    void saysWhatWillBeHere()
    {
        PanelFixture fixture(false);
        fixture.open("predictions");
        QVERIFY(fixture.showsWords());
    }

    void showsTruthPredictionAndErrorOfEveryTask()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("predictions", {1400, 200});
        QTRY_COMPARE(panel->findChildren<PlaneView *>().size(), 10);
        const QStringList all = captions(panel);
        QVERIFY2(all.contains(QStringLiteral("image 0")) && all.contains(QStringLiteral("segmentation · truth")) && all.contains(QStringLiteral("depth · truth")), qPrintable(all.join(u'|')));
        // 61.3 (1 − e^(−600/160)) and so on, at the newest evaluation.
        QVERIFY2(all.contains(QStringLiteral("prediction 59.9 mIoU")) && all.contains(QStringLiteral("prediction 0.229 m")) && all.contains(QStringLiteral("prediction 15.4°")), qPrintable(all.join(u'|')));
        for (const PlaneView *view : panel->findChildren<PlaneView *>()) {
            QVERIFY(!view->image().isNull());
            QVERIFY(panel->rect().contains(QRect(view->mapTo(panel, QPoint()), view->size())));
        }
        const auto *scale = panel->findChild<ColourScale *>();
        QVERIFY(scale && scale->topText().endsWith(QStringLiteral(" m")));
    }

    void oneSliderMovesAllTasks()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("predictions", {1400, 200});
        QTRY_COMPARE(panel->findChildren<PlaneView *>().size(), 10);
        fixture.workspace.setCursorStep(250);   // the evaluation before it was at 200
        QTRY_VERIFY(panel->headerInfo().contains(QStringLiteral("step 200")));
        QTRY_VERIFY(captions(panel).contains(QStringLiteral("prediction 43.7 mIoU")));
        fixture.workspace.setCursorStep(-1);
        QTRY_VERIFY(panel->headerInfo().contains(QStringLiteral("step 600")));
    }

    void oneProbeReadsAllPlanes()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("predictions", {1400, 200});
        QTRY_COMPARE(panel->findChildren<PlaneView *>().size(), 10);
        auto *view = panel->findChild<SampleView *>();
        view->probe(QPoint(64, 100));
        const QStringList all = captions(panel);
        QVERIFY(all[0].startsWith(QStringLiteral("64, 100 · RGB ")));
        QCOMPARE(std::ranges::count_if(all, [](const QString &text) { return text.endsWith(QStringLiteral(" m")); }), 3);
        QCOMPARE(std::ranges::count_if(all, [](const QString &text) { return text.startsWith(u'('); }), 2);
        view->probe(std::nullopt);
        QCOMPARE(captions(panel)[0], QStringLiteral("image 0"));
    }

    void classesAndSamplesCanBeChosen()
    {
        PanelFixture fixture;
        Panel *panel = fixture.open("predictions", {1400, 200});
        QTRY_COMPARE(panel->findChildren<PlaneView *>().size(), 10);
        auto *samples = fixture.controls()->findChild<QComboBox *>();
        QCOMPARE(samples->count(), 2);
        auto *legend = panel->findChild<ChipStrip *>(QStringLiteral("classLegend"));
        QVERIFY(legend->chips().size() >= 4);
        const auto truth = [&] { return panel->findChildren<PlaneView *>()[1]->image(); };
        const QImage before = truth();
        QTest::mouseClick(legend, Qt::LeftButton, {}, legend->chipRect(0).center());
        QVERIFY(!legend->chips()[0].on);
        QVERIFY(truth() != before);
        QTest::mouseClick(legend, Qt::LeftButton, {}, legend->chipRect(0).center());
        QCOMPARE(truth(), before);
        Q_EMIT samples->activated(1);
        QVERIFY(captions(panel).contains(QStringLiteral("image 1")));
        QVERIFY(truth() != before);
    }
};

CONCORD_TEST(PredictionsTest)

} // namespace concord::test

#include "predictions_test.moc"
