#include "core/tensor/threads.h"

#include "core/tensor/tensor.h"
#include "tests/support/testing.h"

#include <ATen/Parallel.h>

namespace concord::test {

class ThreadsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void setsTheNumber()
    {
        const int before = at::get_num_threads();
        QCOMPARE(setThreads(1), 1);
        QCOMPARE(at::get_num_threads(), 1);
        QVERIFY(setThreads(0) >= 1);
        QCOMPARE(setThreads(before), before);
    }
};

CONCORD_TEST(ThreadsTest)

} // namespace concord::test

#include "threads_test.moc"
