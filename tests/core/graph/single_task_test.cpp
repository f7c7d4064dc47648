#include "core/graph/single_task.h"

#include "core/base/error.h"
#include "core/graph/analysis.h"
#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

#include <algorithm>

namespace concord::test {

class SingleTaskTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keepsWhatTheTaskNeedsAndNothingElse()
    {
        const Experiment all{.name = "all", .graph = sampleGraph(3)};
        const Experiment single = singleTask(all, "depth");
        for (const char *stays : {"data", "enc", "head_depth", "loss_depth", "balance"})
            QVERIFY2(single.graph.find(stays), stays);
        QCOMPARE(single.graph.nodes.size(), std::size_t(5));
        const Analysis analysis = analyse(single.graph);
        QVERIFY2(analysis.runnable(), analysis.firstError().c_str());
        QCOMPARE(analysis.tasks.size(), std::size_t(1));
        QCOMPARE(analysis.tasks.front().info.name, std::string("depth"));
        // The second loss of the whole graph is the first and only one here.
        QVERIFY(std::ranges::count(single.graph.edges, edge("loss_depth.loss", "balance.loss.0")) == 1);
        QVERIFY(single.plan == all.plan);
    }

    void namesTheTasksWhenThereIsNoSuchOne()
    {
        try {
            singleTask({.graph = sampleGraph(2)}, "normals");
            QFAIL("an unknown task was accepted");
        } catch (const Error &error) {
            QVERIFY(QString::fromUtf8(error.what()).contains("seg, depth"));
        }
    }
};

CONCORD_TEST(SingleTaskTest)

} // namespace concord::test

#include "single_task_test.moc"
