#include "core/tensor/row_map.h"

#include "tests/support/testing.h"

#include <atomic>

namespace concord::test {

class RowMapTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void takesRowsOfChannelsOnly()
    {
        const at::Tensor map = at::randn({2, 16, 3, 5});
        QVERIFY(!RowMap::of(map));
        QVERIFY(!RowMap::of(at::randn({4, 8}).t()));
        QVERIFY(!RowMap::of(map.contiguous(at::MemoryFormat::ChannelsLast).to(at::kDouble)));
        const at::Tensor last = map.contiguous(at::MemoryFormat::ChannelsLast);
        const auto rows = RowMap::of(last);
        QVERIFY(rows);
        QCOMPARE(rows->rows(), std::int64_t(2 * 3 * 5));
        QCOMPARE(rows->channels(), std::int64_t(16));
        QCOMPARE(rows->read(7, 1, nullptr)[3], map[0][3][1][2].item<float>());   // row 7 of image 0 is at (1, 2)
    }

    /// As LibTorch rounds.
    void roundsToBfloat16()
    {
        at::Tensor values = at::cat({at::randn({4093}) * 1e3, at::tensor({0.0, -0.0, 1e-40}, at::kFloat), at::full({1}, std::numeric_limits<float>::infinity())}).view({1, -1});
        values[0][0] = 1 + 0x1p-8;           // a tie: to even
        values[0][1] = 1 + 3 * 0x1p-8;
        const at::Tensor rounded = at::empty(values.sizes(), at::kBFloat16);
        RowMap::of(rounded)->write(0, 1, values.data_ptr<float>());
        QVERIFY(at::equal(rounded, values.to(at::kBFloat16)));
        std::vector<float> buffer(std::size_t(values.numel()));
        const float *back = RowMap::of(rounded)->read(0, 1, buffer.data());
        const at::Tensor wide = rounded.to(at::kFloat);
        QVERIFY(std::equal(back, back + values.numel(), wide.data_ptr<float>()));

        const at::Tensor nan = at::full({1, 8}, std::numeric_limits<float>::quiet_NaN());
        const at::Tensor kept = at::zeros({1, 8}, at::kBFloat16);
        RowMap::of(kept)->write(0, 1, nan.data_ptr<float>());
        QVERIFY(kept.isnan().all().item<bool>());
    }

    void blocksCoverEveryRowOnce()
    {
        for (const std::int64_t channels : {8, 100, 8192}) {
            for (const std::int64_t count : {1, 300, 70001}) {
                if (count * channels > 80'000'000)
                    continue;
                const at::Tensor map = at::empty({count, channels}, at::kBFloat16);
                const RowMap rows = *RowMap::of(map);
                std::vector<std::atomic<int>> seen(static_cast<std::size_t>(count));
                std::atomic<std::int64_t> highest = 0;
                forRowBlocks(rows, [&](std::int64_t block, std::int64_t begin, std::int64_t end) {
                    for (std::int64_t r = begin; r < end; ++r)
                        ++seen[std::size_t(r)];
                    std::int64_t before = highest;
                    while (before < block && !highest.compare_exchange_weak(before, block)) {
                    }
                });
                QVERIFY(std::ranges::all_of(seen, [](const auto &times) { return times == 1; }));
                QCOMPARE(highest + 1, rowBlocks(rows));
            }
        }
    }
};

CONCORD_TEST(RowMapTest)

} // namespace concord::test

#include "row_map_test.moc"
