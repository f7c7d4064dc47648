#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class MetricTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void metricForSuitsTheKind()
    {
        for (const TaskKind kind : allKinds)
            QVERIFY(metricFor(kind)->suits(kind));
    }
};

CONCORD_TEST(MetricTest)
#include "metric_test.moc"
