#include "core/graph/task_graph.h"

#include "tests/support/testing.h"

using namespace concord;

class TaskGraphTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsNodes()
    {
        TaskGraph graph{.nodes = {{.id = "a", .type = "x"}, {.id = "b", .type = "y"}}, .edges = {}};
        QCOMPARE(graph.find("b")->type, std::string("y"));
        QVERIFY(!graph.find("c"));
        graph.find("a")->title = "changed";
        QCOMPARE(std::as_const(graph).find("a")->title, std::string("changed"));
    }

    void givesTheFirstFreeId()
    {
        TaskGraph graph{.nodes = {{.id = "conv", .type = "x"}, {.id = "conv_2", .type = "x"}, {.id = "conv_4", .type = "x"}}, .edges = {}};
        QCOMPARE(graph.freeId("conv"), std::string("conv_3"));
        QCOMPARE(graph.freeId("head"), std::string("head"));
    }

    void splitsPortsAtAnIndex_data()
    {
        QTest::addColumn<QString>("port");
        QTest::addColumn<QString>("stem");
        QTest::addColumn<int>("index");
        QTest::newRow("plain") << "in"
                               << "in" << -1;
        QTest::newRow("indexed") << "in.2"
                                 << "in" << 2;
        QTest::newRow("zero") << "in.0"
                              << "in" << 0;
        QTest::newRow("label") << "label.depth"
                               << "label.depth" << -1;
        QTest::newRow("two dots") << "a.b.11"
                                  << "a.b" << 11;
        QTest::newRow("second name") << "in.02"
                                     << "in.02" << -1;
        QTest::newRow("negative") << "in.-2"
                                  << "in.-2" << -1;
        QTest::newRow("empty") << "in."
                               << "in." << -1;
        QTest::newRow("huge") << "in.99999999999"
                              << "in.99999999999" << -1;
    }

    void splitsPortsAtAnIndex()
    {
        QFETCH(QString, port);
        QFETCH(QString, stem);
        QFETCH(int, index);
        QCOMPARE(QString::fromStdString(portStem(port.toStdString())), stem);
        QCOMPARE(portIndex(port.toStdString()), index);
    }
};

CONCORD_TEST(TaskGraphTest)
#include "task_graph_test.moc"
