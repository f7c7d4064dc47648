#include "core/tensor/memory_reuse.h"

#include "tests/support/testing.h"

#include <sys/resource.h>

#include <vector>

namespace concord::test {

class MemoryReuseTest : public QObject
{
    Q_OBJECT

private:
    static long faultsOfTwentyBlocks()
    {
        rusage before{};
        rusage after{};
        getrusage(RUSAGE_SELF, &before);
        for (int round = 0; round < 20; ++round) {
            std::vector<char> block(std::size_t(8) << 20);
            volatile char *data = block.data();
            for (std::size_t i = 0; i < block.size(); i += 4096)
                data[i] = 1;
        }
        getrusage(RUSAGE_SELF, &after);
        return after.ru_minflt - before.ru_minflt;
    }

private Q_SLOTS:
    /// Twenty blocks of 8 MB, one after the other, touch 40 960 pages; kept memory is touched for the first time once.
    void keepsFreedMemory()
    {
#ifndef __GLIBC__
        QSKIP("only glibc's allocator is told");
#endif
        {
            const MemoryReuse reuse;
            faultsOfTwentyBlocks();
            const MemoryReuse second;
            QVERIFY(faultsOfTwentyBlocks() < 2048);
        }
        QVERIFY(faultsOfTwentyBlocks() > 20000); // as before
    }
};

CONCORD_TEST(MemoryReuseTest)

} // namespace concord::test

#include "memory_reuse_test.moc"
