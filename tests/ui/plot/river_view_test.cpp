#include "ui/plot/river_view.h"

#include "tests/support/testing.h"
#include "ui/plot/heat_matrix.h"

#include <QSignalSpy>

#include <cmath>

namespace concord::test {

class RiverViewTest : public QObject
{
    Q_OBJECT

private:
    /// Two tasks of norm 2 and 3 with the given cosine.
    static GramianEvent pair(std::int64_t step, double cosine)
    {
        return {step, "", {4.f, float(6 * cosine), float(6 * cosine), 9.f}};
    }

    static QColor at(const QWidget &widget, const QPointF &point) { return const_cast<QWidget &>(widget).grab().toImage().pixelColor(point.toPoint()); }

    static bool close(const QColor &a, const QColor &b)
    {
        return std::abs(a.red() - b.red()) <= 3 && std::abs(a.green() - b.green()) <= 3 && std::abs(a.blue() - b.blue()) <= 3;
    }

private Q_SLOTS:
    void bucketsAreMeansAndGapsShowTheLastValue()
    {
        // Measured at 0, 10, 20, 30 with cosines 0.5, −0.5, 1, 0: two parts of 20 steps hold means 0 and 0.5.
        std::vector<GramianEvent> gramians = {pair(0, 0.5), pair(10, -0.5), pair(20, 1), pair(30, 0)};
        RiverRow row;
        QVERIFY(row.sync(gramians, 2, 0, 1));
        QVERIFY(!row.sync(gramians, 2, 0, 1));
        std::vector<double> two = row.buckets(0, 39, 2);
        QVERIFY(std::abs(two[0]) < 1e-6 && std::abs(two[1] - 0.5) < 1e-6);
        // Parts of 5 steps: every second one has no measurement and shows the one before; after the last there is nothing.
        const std::vector<double> eight = row.buckets(0, 39, 8);
        const double expected[] = {0.5, 0.5, -0.5, -0.5, 1, 1, 0};
        for (std::size_t i = 0; i < 7; ++i)
            QVERIFY(std::abs(eight[i] - expected[i]) < 1e-6);
        QVERIFY(std::isnan(eight[7]));
        QVERIFY(std::isnan(row.buckets(-10, 29, 4)[0]));
        // A resume replaces the end.
        gramians.pop_back();
        gramians.push_back(pair(30, -1));
        QVERIFY(row.sync(gramians, 2, 0, 1));
        QVERIFY(std::abs(row.cosines()[3] + 1) < 1e-6);
        QCOMPARE(row.indexAt(29), 2);
        QCOMPARE(row.indexAt(-1), -1);
    }

    void findsThePairThatConflictsMost()
    {
        // Cosines: 01: 0.9, 02: −0.6, 12: 0.1.
        const std::vector<GramianEvent> gramians = {{0, "", {1, 0.9f, -0.6f, 0.9f, 1, 0.1f, -0.6f, 0.1f, 1}}};
        QCOMPARE(lowestPair(gramians, 3), std::pair(0, 2));
    }

    void measurementAtTheCursor()
    {
        const std::vector<GramianEvent> gramians = {pair(10, 0), pair(20, 0), pair(30, 0)};
        QCOMPARE(gramianAt(gramians, -1)->step, std::int64_t(30));
        QCOMPARE(gramianAt(gramians, 29)->step, std::int64_t(20));
        QCOMPARE(gramianAt(gramians, 3)->step, std::int64_t(10));
        QVERIFY(!gramianAt({}, 3));
    }

    void coloursRowsAndPicks()
    {
        const std::vector<GramianEvent> agree = {pair(0, 1), pair(50, 1), pair(100, 1)};
        const std::vector<GramianEvent> conflict = {pair(0, -1), pair(50, -1), pair(100, -1)};
        RiverView view;
        view.resize(500, 80);
        view.setPair(2, 0, 1);
        view.sync({{"stem", "stem", &agree}, {"stage", "stage", &conflict}});
        const Theme theme = Theme::light();
        QVERIFY(close(at(view, view.rowRect(0).center()), theme.diverging(1)));
        QVERIFY(close(at(view, view.rowRect(1).center()), theme.diverging(-1)));
        QSignalSpy picked(&view, &RiverView::picked);
        const QPoint middle = view.rowRect(1).center();
        QTest::mouseClick(&view, Qt::LeftButton, {}, middle);
        QCOMPARE(picked.first()[0].toString(), QStringLiteral("stage"));
        QVERIFY(std::abs(picked.first()[1].toLongLong() - 50) <= 1);
        QVERIFY(view.toolTipAt(middle).contains(QStringLiteral("stage")));
        QVERIFY(view.toolTipAt(middle).contains(QStringLiteral("−1")));
    }

    void matrixShowsCosinesAsColours()
    {
        HeatMatrix matrix;
        matrix.resize(260, 260);
        matrix.setTasks({"seg", "depth"});
        matrix.setGramian({4.f, -3.f, -3.f, 9.f});   // cosine −0.5
        const Theme theme = Theme::light();
        const auto corner = [&](int row, int column) { return matrix.cell(row, column).topLeft() + QPointF(5, 5); };
        QVERIFY(close(at(matrix, corner(0, 0)), theme.diverging(1)));
        QVERIFY(close(at(matrix, corner(0, 1)), theme.diverging(-0.5)));
        QVERIFY(matrix.showsNumbers());
        const QString tip = matrix.toolTipAt(0, 1);
        QVERIFY2(tip.contains(QStringLiteral("cosine −0.500")) && tip.contains(QStringLiteral("inner product −3")) && tip.contains(QStringLiteral("norms 2.000 and 3.000")), qPrintable(tip));
        matrix.setTheme(Theme::darkTheme());
        QVERIFY(close(at(matrix, corner(0, 1)), Theme::darkTheme().diverging(-0.5)));
    }

    void matrixOfFortyTasksStaysInside()
    {
        HeatMatrix matrix;
        matrix.resize(240, 240);
        QStringList names;
        for (int i = 0; i < 40; ++i)
            names += QStringLiteral("attribute %1").arg(i);
        matrix.setTasks(names);
        matrix.setGramian(std::vector<float>(1600, 1.f));
        QVERIFY(!matrix.showsNumbers());
        QVERIFY(matrix.cell(0, 0).width() >= 3);
        QVERIFY(QRectF(matrix.rect()).contains(matrix.cell(39, 39)));
        QVERIFY(!matrix.grab().isNull());
    }
};

CONCORD_TEST(RiverViewTest)

} // namespace concord::test

#include "river_view_test.moc"
