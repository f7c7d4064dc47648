#include "ui/plot/share_view.h"

#include "tests/support/testing.h"

#include <QSignalSpy>

#include <cmath>

namespace concord::test {

class ShareViewTest : public QObject
{
    Q_OBJECT

    static void fill(ShareView &view)
    {
        view.resize(320, 300);
        view.setMoments({"depth", "edges"}, {"expert 0", "expert 1"}, {{10, {0.25F, 0.75F, 1, 0}}, {20, {0.5F, 0.5F, 0, 1}}, {30, {0.1F, 0.9F, 0.5F, 0.5F}}});
    }

    static QColor at(const QImage &image, const QPointF &place) { return image.pixelColor(place.toPoint()); }

private Q_SLOTS:
    void showsTheMomentAtTheCursor()
    {
        ShareView view;
        QVERIFY(!view.shown());
        fill(view);
        QCOMPARE(view.shown()->step, 30);
        view.setCursorStep(25);
        QCOMPARE(view.shown()->step, 20);
        view.setCursorStep(5);
        QCOMPARE(view.shown()->step, 10);
        QVERIFY(view.tipAt(view.cell(0, 1).center()).contains(QStringLiteral("0.75")));
        // Over a strip it is the step under the mouse that counts.
        QVERIFY(view.tipAt(view.strip(1).center()).contains(QStringLiteral("edges at step 20")));
        QVERIFY(view.tipAt(view.strip(1).center()).contains(QStringLiteral("expert 1: 1")));
        QVERIFY(view.tipAt({view.strip(1).left() + 1, view.strip(1).center().y()}).contains(QStringLiteral("expert 1: 0")));
    }

    /// Half of the first row's band belongs to each expert at step 20, none of the second's to the first.
    void stacksShares()
    {
        ShareView view;
        fill(view);
        const QImage image = view.grab().toImage();
        const auto isNear = [&](const QPointF &place, const QColor &colour) {
            const QColor found = at(image, place);
            return std::abs(found.hue() - colour.hue()) < 12;
        };
        const QRectF first = view.strip(0);
        QVERIFY(isNear({first.center().x(), first.bottom() - first.height() / 4}, view.columnColour(0)));
        QVERIFY(isNear({first.center().x(), first.top() + first.height() / 4}, view.columnColour(1)));
        const QRectF second = view.strip(1);
        QVERIFY(isNear({second.center().x(), second.bottom() - 3}, view.columnColour(1)));
        QVERIFY(isNear({second.left() + 2, second.bottom() - 3}, view.columnColour(0)));
    }

    /// Tasks have the colour that they have everywhere, in rows and columns; experts never a task's.
    void tasksKeepTheirColours()
    {
        ShareView view;
        for (const Theme &theme : {Theme::light(), Theme::darkTheme()}) {
            view.setTheme(theme);
            fill(view);
            view.setTasks({0, 2}, {});
            const QRectF strip = view.strip(1);
            QCOMPARE(at(view.grab().toImage(), {strip.left() - 4, strip.center().y()}), theme.task(2));
            for (int column = 0; column < 12; ++column)
                for (int task = 0; task < 8; ++task)
                    QVERIFY(view.columnColour(column) != theme.task(task));
            view.setTasks({}, {-1, 1});
            QCOMPARE(view.columnColour(1), theme.task(1));
        }
    }

    void fitsAnyNumberOfRowsAndColumns()
    {
        ShareView view;
        for (const QSize size : {QSize(140, 120), QSize(256, 300), QSize(900, 340)})
            for (const auto &[rows, columns] : {std::pair{1, 1}, {3, 8}, {8, 40}, {40, 40}}) {
                view.resize(size);
                QStringList names[2];
                for (int row = 0; row < rows; ++row)
                    names[0] += QStringLiteral("a rather long name of row %1").arg(row);
                for (int column = 0; column < columns; ++column)
                    names[1] += QStringLiteral("task %1, expert %2").arg(column / 2).arg(column % 2);
                const std::vector<float> even(std::size_t(rows * columns), 1.F / float(columns));
                view.setMoments(names[0], names[1], {{1, even}, {2, even}});
                QVERIFY(!view.grab().isNull());
                const QString what = QStringLiteral("%1 × %2 in %3 × %4").arg(rows).arg(columns).arg(size.width()).arg(size.height());
                for (int row = 0; row < rows; ++row) {
                    QVERIFY2(view.cell(row, 0).bottom() <= view.strip(0).top(), qPrintable(what));
                    QVERIFY2(view.cell(row, columns - 1).right() <= size.width() && view.cell(row, 0).height() >= 2, qPrintable(what));
                }
                if (rows <= 8)
                    QVERIFY2(view.strip(rows - 1).bottom() <= size.height(), qPrintable(what));
            }
    }

    void aClickPicksTheStep()
    {
        ShareView view;
        fill(view);
        QSignalSpy picked(&view, &ShareView::picked);
        const QRectF strip = view.strip(1);
        QTest::mouseClick(&view, Qt::LeftButton, {}, strip.center().toPoint());
        QCOMPARE(picked.count(), 1);
        QCOMPARE(picked.first().first().toLongLong(), 20);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.cell(0, 0).center().toPoint());
        QCOMPARE(picked.count(), 1);
    }

    void drawsWhatIsNoShare()
    {
        ShareView view;
        view.resize(200, 160);
        view.setMoments({"a"}, {"x", "y"}, {{1, {-2, 3}}});
        QVERIFY(!view.grab().isNull());
        QVERIFY(view.tipAt(view.cell(0, 0).center()).contains(QString(QChar(0x2212)) + u'2'));
        view.setMoments({"a"}, {"x", "y"}, {{1, {std::nanf(""), 3}}, {2, {1, std::nanf("")}}});
        QVERIFY(!view.grab().isNull());
        view.setMoments({}, {}, {});
        QVERIFY(!view.grab().isNull());
        QCOMPARE(view.stepAt(10), -1);
    }
};

CONCORD_TEST(ShareViewTest)

} // namespace concord::test

#include "share_view_test.moc"
