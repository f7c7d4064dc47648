#include "core/data/box.h"
#include "core/probe/plane.h"

#include "ui/image/sample_view.h"

#include "tests/support/testing.h"
#include "ui/image/plane_text.h"
#include "ui/image/plane_view.h"
#include "ui/image/score_view.h"

#include <cstring>

namespace concord::test {

/// Boxes over the image, beside other tasks.
class SampleViewTest : public QObject
{
    Q_OBJECT

    static TaskInfo boxes() { return {.name = "objects", .kind = TaskKind::boxes, .classes = 2, .classNames = {"table", "chair"}}; }

    static PredictionEvent plane(const char *kind, const std::vector<std::array<float, boxPlaneWidth>> &rows)
    {
        PredictionEvent event{.task = "objects", .kind = kind, .width = boxPlaneWidth, .height = int(rows.size()), .bytesPerValue = 4};
        event.data.resize(rows.size() * sizeof rows[0]);
        std::memcpy(event.data.data(), rows.data(), event.data.size());
        return event;
    }

    static PredictionEvent image(std::uint8_t grey = 40)
    {
        return {.kind = "image", .width = 10, .height = 10, .channels = 3, .data = std::vector<std::uint8_t>(300, grey)};
    }

    static std::vector<PlaneView *> shown(SampleView &view)
    {
        std::vector<PlaneView *> result;
        for (PlaneView *plane : view.findChildren<PlaneView *>())
            result.push_back(plane);
        return result;
    }

private Q_SLOTS:
    void drawsBoxesOverTheImage()
    {
        SampleView view;
        view.resize(900, 320);
        view.setTasks({boxes()});
        const std::array<float, boxPlaneWidth> chair = {1, 1, 0.2F, 0.2F, 0.8F, 0.6F};
        auto planes = std::make_shared<std::vector<PredictionEvent>>();
        *planes = {image(), plane("truth", {chair}), plane("prediction", {{1, 0.9F, 0.2F, 0.2F, 0.7F, 0.6F}, {0, 0.1F, 0, 0, 1, 1}})};
        view.setPlanes(planes, 0, {});
        const std::vector<PlaneView *> views = shown(view);
        QCOMPARE(views.size(), std::size_t(3));   // image, truth, prediction: no error and no bars
        QVERIFY(view.findChildren<ScoreView *>().isEmpty());
        QCOMPARE(views[0]->boxes().size(), std::size_t(0));
        QCOMPARE(views[1]->boxes().size(), std::size_t(1));
        QCOMPARE(views[1]->boxes()[0].text, QStringLiteral("chair"));
        QCOMPARE(views[1]->boxes()[0].area, QRectF(QPointF(0.2F, 0.2F), QPointF(0.8F, 0.6F)));
        QCOMPARE(views[2]->boxes().size(), std::size_t(1));   // the uncertain table is left out
        QCOMPARE(views[1]->boxes()[0].colour.rgb(), views[2]->boxes()[0].colour.rgb());
        QCOMPARE(views[1]->image().size(), QSize(10, 10));
        QVERIFY(views[1]->boxes()[0].colour.alpha() > views[2]->boxes()[0].colour.alpha());
    }

    /// The rectangle's sides are painted, its inside shows the image.
    void paintsTheirSides()
    {
        PlaneView view;
        QImage grey(10, 10, QImage::Format_RGB32);
        grey.fill(qRgb(40, 40, 40));
        view.setImage(grey);
        view.resize(200, 200 + PlaneView::captionHeight(view.fontMetrics()));
        view.setBoxes({{QRectF(0.25, 0.25, 0.5, 0.5), QColor(255, 0, 0), {}}});
        const QImage drawn = view.grab().toImage();
        QCOMPARE(drawn.pixelColor(100, 100), QColor(40, 40, 40));
        QCOMPARE(drawn.pixelColor(20, 20), QColor(40, 40, 40));
        int red = 0;
        for (int x = 44; x <= 56; ++x)
            red += drawn.pixelColor(x, 100).red() > 150 && drawn.pixelColor(x, 100).green() < 60;
        QVERIFY2(red >= 1 && red <= 3, qPrintable(QString::number(red)));
    }

    void saysWhichBoxIsUnderTheMouse()
    {
        const PredictionEvent prediction = plane("prediction", {{0, 0.9F, 0, 0, 1, 1}, {1, 0.62F, 0.2F, 0.2F, 0.5F, 0.5F}, {0, 0.2F, 0.2F, 0.2F, 0.3F, 0.3F}});
        QCOMPARE(boxesText(prediction, boxes(), {10, 10}, 2, 2), QStringLiteral("chair (62 %)"));   // the smallest that is certain enough
        QCOMPARE(boxesText(prediction, boxes(), {10, 10}, 9, 9), QStringLiteral("table (90 %)"));
        QCOMPARE(boxesText(plane("truth", {{1, 1, 0.2F, 0.2F, 0.5F, 0.5F}}), boxes(), {10, 10}, 3, 3), QStringLiteral("chair"));
        QCOMPARE(boxesText(plane("truth", {{-1, 0, 0, 0, 0, 0}}), boxes(), {10, 10}, 3, 3), QString());
        QCOMPARE(mainMetric(boxes(), {"val/objects/loss", "val/objects/AP50"}).series, QStringLiteral("val/objects/AP50"));
        QCOMPARE(mainMetric(boxes(), {"val/objects/AP50"}).text, QStringLiteral(" % AP"));
    }

    /// An image without objects is still shown, and one without an image shows numbers.
    void emptyAndFlatDataDoNotFail()
    {
        SampleView view;
        view.resize(600, 300);
        view.setTasks({boxes()});
        auto planes = std::make_shared<std::vector<PredictionEvent>>();
        *planes = {image(), plane("truth", {{-1, 0, 0, 0, 0, 0}}), plane("prediction", {{-1, 0, 0, 0, 0, 0}})};
        view.setPlanes(planes, 0, {});
        QCOMPARE(shown(view).size(), std::size_t(3));
        for (const PlaneView *tile : shown(view))
            QVERIFY(tile->boxes().empty());
        auto flat = std::make_shared<std::vector<PredictionEvent>>();
        *flat = {plane("truth", {{1, 1, 0, 0, 1, 1}}), plane("prediction", {{1, 1, 0, 0, 1, 1}})};
        view.setPlanes(flat, 0, {});
        QVERIFY(!view.grab().isNull());
    }
};

CONCORD_TEST(SampleViewTest)

} // namespace concord::test

#include "sample_view_test.moc"
