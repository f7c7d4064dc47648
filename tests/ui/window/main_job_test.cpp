#include "tests/support/testing.h"
#include "tests/ui/window/person.h"
#include "ui/image/sample_view.h"
#include "ui/plot/curve_plot.h"
#include "ui/plot/heat_matrix.h"
#include "ui/window/example_gallery.h"

#include <QFileInfo>
#include <QLabel>
#include <QListView>
#include <QPushButton>

#include <numeric>

namespace concord::test {

/// The whole job of a person at the window: draw, undo, run, watch, pause, stop, resume, export, reopen. Nothing is mocked.
class MainJobTest : public QObject
{
    Q_OBJECT

private:
    /// Two tasks on one trunk, drawn with mouse and keyboard.
    static void draw(Person &person)
    {
        person.insertByTyping(QStringLiteral("built"), 0.08, 0.5);
        person.insertByDragging(QStringLiteral("Convolution stack"), 0.25, 0.5);
        person.insertByTyping(QStringLiteral("dense deco"), 0.42, 0.3);
        person.insertByDragging(QStringLiteral("Dense decoder"), 0.42, 0.7);
        person.insertByTyping(QStringLiteral("segmentation head"), 0.6, 0.3);
        person.insertByTyping(QStringLiteral("depth head"), 0.6, 0.7);
        person.insertByTyping(QStringLiteral("cross-entropy"), 0.78, 0.3);
        person.insertByDragging(QStringLiteral("L1"), 0.78, 0.7);
        person.insertByTyping(QStringLiteral("balance"), 0.93, 0.5);
        QCOMPARE(person.document().graph().nodes.size(), std::size_t(9));

        person.click("scenes");
        person.setParam("size", QStringLiteral("32"));
        person.setParam("train", QStringLiteral("64"));
        person.setParam("validation", QStringLiteral("8"));
        person.click("conv_stack");
        person.setParam("channels", QStringLiteral("4, 6, 8"));
        person.setParam("strides", QStringLiteral("1, 2, 2"));
        for (const char *decoder : {"dense_decoder", "dense_decoder_2"}) {
            person.click(decoder);
            person.setParam("channels", QStringLiteral("4"));
            person.setParam("upsample", QStringLiteral("4"));
        }

        person.link("scenes", "image", "conv_stack", "in");
        person.link("conv_stack", "out", "dense_decoder", "in");
        person.link("conv_stack", "out", "dense_decoder_2", "in");
        person.link("dense_decoder", "out", "segmentation_head", "in");
        person.link("dense_decoder_2", "out", "depth_head", "in");
        person.link("segmentation_head", "out", "cross_entropy", "prediction");
        person.link("depth_head", "out", "l1", "prediction");
        person.link("scenes", "label.segmentation", "cross_entropy", "label");
        person.link("scenes", "label.depth", "l1", "label");
        person.link("cross_entropy", "loss", "balance", "loss.0");
        person.link("l1", "loss", "balance", "loss.1");
    }

    /// Where a problem has a cure, its button in the problems panel is pressed.
    static void pressCures(MainWindow &window)
    {
        auto *problems = window.findChild<Dock *>(QStringLiteral("problems"));
        for (int i = 0; i < 4 && !window.workspace().document.analysis().runnable(); ++i) {
            QTest::qWait(1);
            for (QPushButton *cure : problems->findChildren<QPushButton *>())
                if (cure->isVisible()) {
                    QTest::mouseClick(cure, Qt::LeftButton);
                    break;
                }
        }
    }

    static int colouredCells(const HeatMatrix &matrix, const Theme &theme)
    {
        const QImage picture = const_cast<HeatMatrix &>(matrix).grab().toImage();
        int found = 0;
        for (const auto &[row, column] : {std::pair(0, 0), std::pair(1, 1), std::pair(0, 1), std::pair(1, 0)}) {
            const QPointF corner = matrix.cell(row, column).topLeft() + QPointF(5, 5);
            const QColor colour = picture.pixelColor((corner * picture.devicePixelRatio()).toPoint());
            found += colour != theme.panel;
        }
        return found;
    }

private Q_SLOTS:
    void fromAnEmptyCanvasToAnExportedModelAndBack()
    {
        QTemporaryDir folder;
        useSettingsIn(folder.path());
        const QString file = folder.filePath(QStringLiteral("job.concord"));
        const QString exported = folder.filePath(QStringLiteral("model.pt"));
        Experiment drawn;
        std::vector<double> losses;
        {
            MainWindow window;
            window.resize(1440, 900);
            window.show();
            window.openFile(file);
            // A new project offers the examples; this person wants an empty one.
            auto *gallery = window.findChild<ExampleGallery *>();
            QVERIFY(gallery && gallery->isVisible());
            QTest::keyClick(gallery, Qt::Key_Escape);
            QTRY_VERIFY(!window.findChild<ExampleGallery *>());
            window.activateWindow();
            QVERIFY(QTest::qWaitForWindowActive(&window));

            Person person(window);
            draw(person);
            if (QTest::currentTestFailed())
                return;
            pressCures(window);
            const Analysis &analysis = person.document().analysis();
            QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
            QCOMPARE(analysis.tasks.size(), std::size_t(2));
            person.clickOnNothing(0.5, 0.05);
            person.setPlan("steps", QStringLiteral("400"));
            person.setPlan("batch", QStringLiteral("4"));
            person.setPlan("evaluateEvery", QStringLiteral("8"));
            person.setPlan("conflictEvery", QStringLiteral("2"));
            drawn = person.document().experiment();

            // Undo goes back to the empty canvas, redo to the same experiment.
            QWidget *canvas = window.findChild<GraphView *>();
            canvas->setFocus();
            const int steps = person.document().undoStack()->count();
            QVERIFY2(steps >= 9 + 6 + 11 + 3, qPrintable(QString::number(steps)));   // blocks, settings, links, plan
            for (int i = 0; i < steps; ++i)
                QTest::keyClick(canvas, Qt::Key_Z, Qt::ControlModifier);
            QVERIFY(person.document().graph().nodes.empty());
            QVERIFY(!window.findChild<QToolButton *>(QStringLiteral("runButton"))->isEnabled());
            for (int i = 0; i < steps; ++i)
                QTest::keyClick(canvas, Qt::Key_Z, Qt::ControlModifier | Qt::ShiftModifier);
            QCOMPARE(person.document().undoStack()->index(), steps);
            QCOMPARE(QString::fromStdString(toJson(person.document().experiment())), QString::fromStdString(toJson(drawn)));

            person.pressButton("runButton");
            QCOMPARE(window.mode(), Mode::train);
            auto *plot = window.findChild<CurvePlot *>();
            auto *matrix = window.findChild<HeatMatrix *>(QStringLiteral("heatMatrix"));
            auto *sample = window.findChild<SampleView *>();
            QTRY_VERIFY_WITH_TIMEOUT(person.project().live().step >= 10, 60000);
            person.pressButton("pauseButton");
            QVERIFY(waitForState(person.project(), 1, RunState::paused));
            const std::int64_t paused = findRun(person.project(), 1)->step;
            QVERIFY(paused >= 10 && paused < 400);

            // What came so far is drawn: two curves, the heat matrix, truth and prediction of both tasks.
            QVERIFY(plot->isVisible() && matrix->isVisible());
            QTRY_COMPARE(plot->rowsAt(1e9).size(), std::size_t(2));
            QCOMPARE(plot->rowsAt(1e9).front().step, paused);
            QTRY_COMPARE(colouredCells(*matrix, window.workspace().theme()), 4);
            QTRY_VERIFY(sample->isVisible() && !sample->classesInView().empty());

            auto *pause = window.findChild<QToolButton *>(QStringLiteral("pauseButton"));
            QTRY_VERIFY(pause->text().contains(QStringLiteral("Continue")));
            person.pressButton("pauseButton");
            QTRY_VERIFY_WITH_TIMEOUT(person.project().live().step >= paused + 3, 60000);
            person.pressButton("stopButton");
            QVERIFY(waitForState(person.project(), 1, RunState::stopped));
            const std::int64_t stopped = findRun(person.project(), 1)->step;
            QVERIFY(stopped > paused && stopped < 400);

            auto *runs = window.findChild<QListView *>(QStringLiteral("runsView"));
            const QPoint first = runs->visualRect(runs->model()->index(0, 1)).center();
            QTest::mouseClick(runs->viewport(), Qt::LeftButton, {}, first);
            person.chooseFromMenu(runs->viewport(), first, QStringLiteral("Resume from checkpoint"));
            QVERIFY(waitForState(person.project(), 1, RunState::finished));
            QCOMPARE(findRun(person.project(), 1)->step, std::int64_t(400));
            losses = person.project().data(1)->series(QStringLiteral("loss/depth"))->values;
            QCOMPARE(losses.size(), std::size_t(400));
            // It learns: the end is well below the beginning.
            QVERIFY(std::accumulate(losses.end() - 20, losses.end(), 0.0) < 0.7 * std::accumulate(losses.begin(), losses.begin() + 20, 0.0));

            QTest::keyClick(&window, Qt::Key_E, Qt::ControlModifier);
            auto *dialog = window.findChild<QDialog *>(QStringLiteral("exportDialog"));
            QVERIFY(dialog && dialog->isVisible());
            auto *name = dialog->findChild<QLineEdit *>(QStringLiteral("exportFile"));
            name->selectAll();
            QTest::keyClicks(name, exported);
            QTest::mouseClick(dialog->findChild<QPushButton *>(QStringLiteral("exportButton")), Qt::LeftButton);
            auto *outcome = dialog->findChild<QLabel *>(QStringLiteral("exportOutcome"));
            QTRY_VERIFY2_WITH_TIMEOUT(outcome->text().contains(QStringLiteral("differs from the live model")), qPrintable(outcome->text()), 60000);
            QVERIFY(QFileInfo(exported).size() > 1000);
            QTest::keyClick(dialog, Qt::Key_Escape);
            QVERIFY(window.close());
        }

        MainWindow again;
        again.show();
        again.openFile(file);
        QCOMPARE(again.mode(), Mode::train);   // as it was left
        QCOMPARE(QString::fromStdString(toJson(again.workspace().document.experiment())), QString::fromStdString(toJson(drawn)));
        QCOMPARE(stateOf(again.workspace().project, 1), std::optional(RunState::finished));
        RunData *data = again.workspace().currentData();
        QVERIFY(data);
        QTRY_VERIFY(data->series(QStringLiteral("loss/depth")));
        QCOMPARE(data->series(QStringLiteral("loss/depth"))->values, losses);
        auto *plot = again.findChild<CurvePlot *>();
        QTRY_COMPARE(plot->rowsAt(1e9).size(), std::size_t(2));
        QVERIFY(!QFileInfo::exists(folder.filePath(QStringLiteral("job.concord-journal"))));
    }
};

CONCORD_TEST(MainJobTest)

} // namespace concord::test

#include "main_job_test.moc"
