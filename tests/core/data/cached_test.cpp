#include "core/data/cached.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <atomic>
#include <cstring>
#include <limits>

using namespace concord;
using namespace concord::test;

class CachedTest : public QObject
{
    Q_OBJECT

    class Counted : public CountingDataset
    {
    public:
        Counted()
            : CountingDataset(8)
        {
        }
        Sample get(std::int64_t index) const override
        {
            ++reads;
            return CountingDataset::get(index);
        }
        mutable std::atomic<int> reads = 0;
    };

private Q_SLOTS:
    void packingLosesNothing_data()
    {
        QTest::addColumn<std::vector<float>>("values");
        QTest::addColumn<int>("bytes");
        std::vector<float> fractions;
        for (int i = 0; i < 256; ++i)
            fractions.push_back(float(i) / 255.0f);
        QTest::newRow("classes") << std::vector<float>{0, 1, 11, 254, -1} << 5;
        QTest::newRow("image") << fractions << 256;
        QTest::newRow("depth") << std::vector<float>{0.25f, 3.999f} << 8;
        QTest::newRow("big ids") << std::vector<float>{255, 3} << 8;
        QTest::newRow("negative zero") << std::vector<float>{-0.0f, 1} << 8;
        QTest::newRow("not finite") << std::vector<float>{std::numeric_limits<float>::infinity(), std::numeric_limits<float>::quiet_NaN(), 1e30f} << 12;
        QTest::newRow("missing") << std::vector<float>{} << 0;
    }

    void packingLosesNothing()
    {
        QFETCH(std::vector<float>, values);
        QFETCH(int, bytes);
        const PackedValues packed(values);
        const std::vector<float> back = packed.unpack();
        QCOMPARE(back.size(), values.size());
        QVERIFY(values.empty() || std::memcmp(back.data(), values.data(), 4 * values.size()) == 0);
        QCOMPARE(int(packed.bytes()), bytes);
    }

    void readsOnce()
    {
        const auto source = std::make_shared<Counted>();
        const Cached cached(source, 1 << 20);
        for (int pass = 0; pass < 3; ++pass)
            for (int i = 0; i < 8; ++i) {
                const Sample sample = cached.get(i);
                QCOMPARE(sample.image, std::vector<float>(24, float(i)));
                QCOMPARE(sample.labels, CountingDataset(8).get(i).labels);
            }
        QCOMPARE(source->reads.load(), 8);
    }

    void keepsWithinItsLimit()
    {
        const auto source = std::make_shared<Counted>();
        const Cached cached(source, 600);
        for (int pass = 0; pass < 2; ++pass)
            for (int i = 0; i < 8; ++i)
                QCOMPARE(cached.get(i).image[0], float(i));
        QVERIFY(cached.bytes() > 0 && cached.bytes() <= 600);
        QVERIFY(source->reads > 8 && source->reads < 16);
    }
};

CONCORD_TEST(CachedTest)
#include "cached_test.moc"
