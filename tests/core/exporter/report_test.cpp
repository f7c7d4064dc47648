#include "core/base/error.h"
#include "core/base/file.h"
#include "core/exporter/report.h"
#include "core/exporter/report_parts.h"

#include <opencv2/imgcodecs.hpp>

#include "tests/support/testing.h"

#include <QRegularExpression>
#include <QTemporaryDir>
#include <QXmlStreamReader>

#include <cmath>

namespace concord::test {

/// A page about runs that were written by hand, so that every number on it is known.
class ReportTest : public QObject
{
    Q_OBJECT

    static constexpr const char *tasksJson =
        R"([{"name":"seg","kind":"segmentation","classes":3,"ignore":2,"classNames":["floor","a <wall> & 'more'","unlabelled"]},
            {"name":"depth","kind":"depth","classes":1,"unit":"m"},{"name":"digit","kind":"classification","classes":3,"classNames":["zero","one","two"]}])";

    static PredictionEvent plane(const char *task, const char *kind, int width, int height, int channels, int bytes, std::vector<std::uint8_t> data, double scale = 1)
    {
        return {.step = 20, .sample = 0, .task = task, .kind = kind, .width = width, .height = height, .channels = channels, .bytesPerValue = bytes, .scale = scale, .data = std::move(data)};
    }

    static std::vector<std::uint8_t> scores(std::vector<float> values)
    {
        std::vector<std::uint8_t> bytes(values.size() * 4);
        std::memcpy(bytes.data(), values.data(), bytes.size());
        return bytes;
    }

    /// Millimetres, little endian.
    static std::vector<std::uint8_t> depths(std::vector<int> values)
    {
        std::vector<std::uint8_t> bytes;
        for (const int value : values) {
            bytes.push_back(std::uint8_t(value & 255));
            bytes.push_back(std::uint8_t(value >> 8));
        }
        return bytes;
    }

    static void addRun(RunStore &store, const std::string &name, double miou)
    {
        const int run = store.createRun({.name = name, .state = RunState::queued, .totalSteps = 20, .experiment = R"({"plan":{"batch":16,"optimiser":"adam"},"note":"<b>"})", .contentId = "c",
                                         .tasks = tasksJson, .environment = R"({"libtorch":"1.13.1"})"});
        std::vector<RunEvent> events;
        for (int step = 1; step <= 20; ++step)
            for (const char *task : {"seg", "depth", "digit"})
                events.push_back(ScalarEvent{.series = std::string("loss/") + task, .step = step, .seconds = 0.1 * step, .value = 2.0 / step});
        events.push_back(ScalarEvent{"val/seg/mIoU", 10, 1, miou / 2});
        events.push_back(ScalarEvent{"val/seg/mIoU", 20, 2, miou});
        events.push_back(ScalarEvent{"baseline/seg/mIoU", 0, 1, 12.5});
        events.push_back(ScalarEvent{"val/depth/abs", 20, 2, 0.75});
        events.push_back(ScalarEvent{"baseline/depth/abs", 0, 1, 0.625});
        events.push_back(ScalarEvent{"val/mean", 20, 2, miou});
        events.push_back(GramianEvent{20, "", {4, -3, 0, -3, 9, 0, 0, 0, 0}});
        for (const std::int64_t step : {10, 20})
            events.push_back(ProbeEvent{.step = step, .node = "gates", .name = "gate", .rows = {"seg", "depth & <b>"}, .columns = {"expert 0", "expert 1"},
                                        .values = {0.25F, 0.75F, step == 20 ? 1.F : 0.125F, 0}});
        events.push_back(plane("", "image", 2, 1, 3, 1, {255, 0, 0, 0, 0, 255}));
        events.push_back(plane("seg", "truth", 2, 2, 1, 1, {0, 1, 2, 255}));
        events.push_back(plane("seg", "prediction", 2, 2, 1, 1, {0, 1, 1, 0}));
        events.push_back(plane("depth", "truth", 2, 2, 1, 2, depths({0, 1000, 2000, 4000}), 0.001));
        events.push_back(plane("depth", "prediction", 2, 2, 1, 2, depths({500, 1000, 2000, 65535}), 0.001));
        events.push_back(plane("digit", "truth", 3, 1, 1, 4, scores({0, 1, 0})));
        events.push_back(plane("digit", "prediction", 3, 1, 1, 4, scores({0.25f, 0.7f, 0.05f})));
        events.push_back(StateEvent{.state = RunState::finished, .step = 20, .totalSteps = 20});
        store.append(run, events);
    }

    std::string page(const std::vector<int> &runs) const
    {
        QTemporaryDir folder;
        const std::filesystem::path project = folder.filePath("p.concord").toStdString();
        RunStore store(project, RunStore::Mode::create);
        addRun(store, "first <script>alert('1')</script>", 40);
        addRun(store, "second", 62.5);
        return readFile(writeReportPage(store, runs, folder.filePath("out/deep").toStdString()));
    }

    static void has(const std::string &page, const std::string &part) { QVERIFY2(page.find(part) != std::string::npos, part.c_str()); }

    /// The pictures of a page in order.
    static std::vector<cv::Mat3b> pictures(const std::string &page)
    {
        std::vector<cv::Mat3b> images;
        auto it = QRegularExpression("data:image/png;base64,([A-Za-z0-9+/=]+)").globalMatch(QString::fromStdString(page));
        while (it.hasNext()) {
            const QByteArray png = QByteArray::fromBase64(it.next().captured(1).toLatin1());
            images.emplace_back(cv::imdecode(std::vector<std::uint8_t>(png.begin(), png.end()), cv::IMREAD_COLOR));
        }
        return images;
    }

private Q_SLOTS:
    void isWellFormed()
    {
        // Elements that HTML does not close are closed for the XML reader.
        QString text = QString::fromStdString(page({1, 2}));
        text.remove("<!doctype html>");
        text.replace(QRegularExpression("<(meta|img)([^>]*)>"), "<\\1\\2/>");
        QXmlStreamReader xml(text);
        while (!xml.atEnd())
            xml.readNext();
        QVERIFY2(!xml.hasError(), qPrintable(xml.errorString() + text.mid(xml.characterOffset() - 200, 240)));
    }

    void needsNothingElse()
    {
        const std::string html = page({1});
        for (const char *outside : {"http://", "https://", "<script", "<link", "url("})
            QVERIFY2(html.find(outside) == std::string::npos, outside);
    }

    void showsEachMetricBesideTheBestConstant()
    {
        const std::string html = page({1});
        has(html, "<td>mIoU ↑</td><td class='better'>40\u202f%</td><td>12.5\u202f%</td>");
        has(html, "<td>abs ↓</td><td class='worse'>0.75\u202fm</td><td>0.625\u202fm</td>");
        has(html, "<td>pixel accuracy ↑</td><td class=''>–</td><td>–</td>");
    }

    void escapesWhatUsersWrote()
    {
        has(page({1}), "depth &amp; &lt;b&gt;</th>");
        QCOMPARE(htmlText("<a href=\"x\">'&'</a>"), std::string("&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39;&lt;/a&gt;"));
        const std::string html = page({1});
        has(html, "first &lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;");
        has(html, "a &lt;wall&gt; &amp; &#39;more&#39;");
    }

    void showsCosines()
    {
        const std::string html = page({1});
        has(html, ">-0.50</td>");   // −3 / (2 · 3)
        has(html, ">1.00</td>");
        has(html, "<td class='quiet'>–</td>");   // the third task has no gradient
        QVERIFY(conflictFigure("t", {"a"}, {1}).empty());
        QVERIFY(conflictFigure("t", {"a", "b"}, {1}).empty());
        const std::vector<ReportCurve> pairs = conflictCurves({"a", "b"}, {GramianEvent{5, "", {1, 1, 1, 4}}});
        QCOMPARE(pairs.size(), std::size_t(1));
        QCOMPARE(pairs[0].series.values, std::vector<double>{0.5});
    }

    void showsTheLastGates()
    {
        const std::string html = page({1});
        has(html, "<figcaption>gates · gate, step 20</figcaption>");
        has(html, "<th scope='col'>expert 1</th>");
        has(html, ">0.75</td>");
        has(html, "background:rgb(33,102,172);color:#fff'>1.00</td>"); // the largest
        has(html, "background:rgb(243,244,246);color:#1b1f24'>0.00</td>");
        QVERIFY(html.find("step 10</figcaption>") == std::string::npos);
    }

    void comparesRuns()
    {
        const std::string html = page({1, 2});
        has(html, "Side by side");
        has(html, "<td class=''>40\u202f%</td><td class='better'>62.5\u202f%</td>");
        QVERIFY(page({1}).find("Side by side") == std::string::npos);
    }

    void coloursPlanesByTheirTasksKind()
    {
        const std::string html = page({1});
        const std::vector<cv::Mat3b> images = pictures(html);
        QCOMPARE(images.size(), std::size_t(6));   // image, two segmentations, two depths, the depth scale
        QVERIFY(images[0].at<cv::Vec3b>(0, 0) == cv::Vec3b(0, 0, 255));
        QVERIFY(images[0].at<cv::Vec3b>(0, 1) == cv::Vec3b(255, 0, 0));
        const cv::Mat3b &truth = images[1];
        const cv::Mat3b &prediction = images[2];
        QVERIFY(truth.at<cv::Vec3b>(0, 0) == prediction.at<cv::Vec3b>(0, 0));
        QVERIFY(truth.at<cv::Vec3b>(0, 1) == prediction.at<cv::Vec3b>(0, 1));
        QVERIFY(truth.at<cv::Vec3b>(0, 0) != truth.at<cv::Vec3b>(0, 1));
        QVERIFY(truth.at<cv::Vec3b>(1, 0) == truth.at<cv::Vec3b>(1, 1));   // the ignored class is unlabelled, as 255 is
        has(html, "floor</span>");
        QVERIFY(html.find("unlabelled</span>") == std::string::npos);
        // Depths of truth and prediction share their scale, up to the deepest truth; 0 is unknown and has its own colour.
        QVERIFY(images[3].at<cv::Vec3b>(0, 1) == images[4].at<cv::Vec3b>(0, 1));
        QVERIFY(images[3].at<cv::Vec3b>(1, 0) == images[4].at<cv::Vec3b>(1, 0));
        QVERIFY(images[3].at<cv::Vec3b>(1, 1) == images[4].at<cv::Vec3b>(1, 1));
        QVERIFY(images[3].at<cv::Vec3b>(1, 1) == images[5].at<cv::Vec3b>(0, 255));
        QVERIFY(images[3].at<cv::Vec3b>(0, 1) == images[5].at<cv::Vec3b>(0, 63));   // a quarter of the way
        has(html, "> 4 m</div>");
        has(html, "<b>one</b><span>truth</span>");
        has(html, "<b>one (70 %)</b><span>prediction</span>");
    }

    void curvesKeepSpikesAndGaps()
    {
        ReportCurve curve{.label = "a", .series = {}};
        for (int i = 0; i < 100000; ++i) {
            curve.series.steps.push_back(i);
            curve.series.values.push_back(i == 54321 ? 100.0 : i == 70000 ? NAN : 1.0);
        }
        const std::string svg = curvesFigure("t", {curve}, 0);
        auto it = QRegularExpression("points='([^']*)'").match(QString::fromStdString(svg));
        const QStringList points = it.captured(1).split(' ');
        QVERIFY2(points.size() <= 1300, "two points a column are enough");
        double top = 1e9;
        for (const QString &point : points) {
            QVERIFY(!point.contains("nan"));
            top = std::min(top, point.section(',', 1).toDouble());
        }
        QVERIFY2(top < 25, "the spike reaches the top of the plot");
        QVERIFY(curvesFigure("t", {}, 0.9).empty());
        QVERIFY(curvesFigure("t", {{.label = "nothing", .series = {}}}, 0.9).empty());
    }

    void smoothingPassesOverWhatIsNotANumber()
    {
        ReportCurve curve{.label = "a", .series = {.steps = {1, 2, 3, 4}, .seconds = {}, .values = {2, NAN, 2, 2}}};
        const std::string svg = curvesFigure("t", {curve}, 0.9);
        QCOMPARE(QString::fromStdString(svg).count("<polyline"), 2);   // faint and smooth; neither is empty
        QVERIFY(svg.find("nan") == std::string::npos);
    }

    void saysWhereItCannotBeWritten()
    {
        QTemporaryDir folder;
        RunStore store(folder.filePath("p.concord").toStdString(), RunStore::Mode::create);
        addRun(store, "a", 1);
        QVERIFY_THROWS_EXCEPTION(Error, writeReportPage(store, {}, folder.path().toStdString()));
        QVERIFY_THROWS_EXCEPTION(Error, writeReportPage(store, {7}, folder.path().toStdString()));
        writeFileAtomically(folder.filePath("file").toStdString(), "x");
        QVERIFY_THROWS_EXCEPTION(Error, writeReportPage(store, {1}, folder.filePath("file").toStdString()));
        QVERIFY(!QFile::exists(folder.filePath("report.html")));
    }

    void aRunThatNeverBegan()
    {
        QTemporaryDir folder;
        RunStore store(folder.filePath("p.concord").toStdString(), RunStore::Mode::create);
        const int run = store.createRun({.name = "queued", .experiment = "{}", .tasks = tasksJson});
        has(readFile(writeReportPage(store, {run}, folder.path().toStdString())), "queued at step 0");
    }
};

CONCORD_TEST(ReportTest)

} // namespace concord::test

#include "report_test.moc"
