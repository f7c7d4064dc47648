#include "core/graph/block.h"
#include "tests/support/testing.h"
#include "ui/panel/panel.h"

#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QSignalSpy>

#include <memory>

namespace concord::test {

class BlocksTest : public QObject
{
    Q_OBJECT

private:
    static std::unique_ptr<Panel> open(Workspace &workspace)
    {
        std::unique_ptr<Panel> panel(PanelRegistry::instance().find("blocks")->make()->create(workspace));
        panel->resize(190, 700);
        panel->show();
        return panel;
    }

    static QStringList texts(const QListWidget *list, bool headings)
    {
        QStringList result;
        for (int i = 0; i < list->count(); ++i)
            if ((list->item(i)->flags() == Qt::NoItemFlags) == headings)
                result += list->item(i)->text();
        return result;
    }

private Q_SLOTS:
    void listsEveryBlockUnderItsHeading()
    {
        Workspace workspace;
        const std::unique_ptr<Panel> panel = open(workspace);
        auto *list = panel->findChild<QListWidget *>();
        QCOMPARE(texts(list, false).size(), qsizetype(BlockRegistry::instance().entries().size()));
        const QStringList order = {QStringLiteral("Data"),     QStringLiteral("Encoders"), QStringLiteral("Layers"), QStringLiteral("Sharing"),
                                   QStringLiteral("Decoders"), QStringLiteral("Heads"),    QStringLiteral("Losses"), QStringLiteral("Balance")};
        QStringList known;
        for (const QString &heading : texts(list, true))
            if (order.contains(heading))
                known += heading;
        QCOMPARE(known, order);
    }

    void typingFindsAndEnterInserts()
    {
        Workspace workspace;
        const std::unique_ptr<Panel> panel = open(workspace);
        QSignalSpy wanted(&workspace.document, &ExperimentDocument::insertRequested);
        auto *search = panel->findChild<QLineEdit *>();
        QTest::keyClicks(search, QStringLiteral("crosst"));
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(wanted.count(), 1);
        QCOMPARE(wanted.at(0).at(0).toString(), QStringLiteral("cross_stitch"));
        search->clear();
        QTest::keyClicks(search, QStringLiteral("qqqq"));
        QTest::keyClick(search, Qt::Key_Return);
        QCOMPARE(wanted.count(), 1);
    }

    void carriesTheBlockToTheCanvas()
    {
        Workspace workspace;
        const std::unique_ptr<Panel> panel = open(workspace);
        auto *list = panel->findChild<QListWidget *>();
        QListWidgetItem *item = list->findItems(QString::fromStdString(BlockRegistry::instance().find("dense_decoder")->card.title), Qt::MatchExactly).value(0);
        QVERIFY(item);
        const std::unique_ptr<QMimeData> data(list->model()->mimeData({list->model()->index(list->row(item), 0)}));
        QCOMPARE(data->data(QStringLiteral("application/x-concord-block")), QByteArray("dense_decoder"));
        QVERIFY(!item->toolTip().isEmpty());
    }
};

CONCORD_TEST(BlocksTest)

} // namespace concord::test

#include "blocks_test.moc"
