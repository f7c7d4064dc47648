#include "core/data/loader.h"

#include "core/base/random.h"
#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <atomic>
#include <latch>
#include <numeric>

using namespace concord;
using namespace concord::test;

class LoaderTest : public QObject
{
    Q_OBJECT

    static bool isSame(const Batch &a, const Batch &b)
    {
        bool same = a.size == b.size && a.image == b.image && a.indices == b.indices && a.labels.size() == b.labels.size();
        for (std::size_t i = 0; same && i < a.labels.size(); ++i)
            same =
                a.labels[i].values == b.labels[i].values && a.labels[i].present == b.labels[i].present && a.labels[i].presentCount == b.labels[i].presentCount;
        return same;
    }

private Q_SLOTS:
    void threadsDoNotChangeABit()
    {
        const auto scenes = dataBlock("scenes", {{"size", std::int64_t(16)}, {"train", std::int64_t(10)}, {"missing", 0.3}})->open(Split::train, 1);
        const LoaderOptions plain{.batch = 3, .dropLast = false, .seed = 5, .threads = 0, .flip = true, .cropScale = 0.4};
        Loader reference(scenes, plain);
        std::vector<std::shared_ptr<const Batch>> expected;
        for (int i = 0; i < 9; ++i)
            expected.push_back(reference.next());
        for (const int threads : {1, 3}) {
            LoaderOptions options = plain;
            options.threads = threads;
            options.queue = 2;
            Loader loader(scenes, options);
            for (const auto &batch : expected)
                QVERIFY(isSame(*loader.next(), *batch));
            loader.seek(1, 2);
            QVERIFY(isSame(*loader.next(), *expected[6]));
            QVERIFY(isSame(*loader.next(), *expected[7]));
            loader.seek(0, 1);
            QVERIFY(isSame(*loader.next(), *expected[1]));
        }
    }

    void anEpochHasEverySampleOnceInANewOrder()
    {
        Loader loader(std::make_shared<CountingDataset>(23), {.batch = 4, .dropLast = false, .threads = 2});
        QCOMPARE(loader.batchesPerEpoch(), 6);
        std::vector<std::vector<std::int64_t>> epochs(3);
        for (auto &epoch : epochs)
            for (int i = 0; i < 6; ++i) {
                const auto batch = loader.next();
                QCOMPARE(batch->size, i == 5 ? 3 : 4);
                for (std::int64_t row = 0; row < batch->size; ++row)
                    QCOMPARE(batch->image[std::size_t(24 * row)], float(batch->indices[std::size_t(row)]));
                epoch.insert(epoch.end(), batch->indices.begin(), batch->indices.end());
            }
        QVERIFY(epochs[0] != epochs[1]);
        for (auto &epoch : epochs) {
            std::ranges::sort(epoch);
            for (std::int64_t i = 0; i < 23; ++i)
                QCOMPARE(epoch[std::size_t(i)], i);
        }
    }

    void withoutShufflingTheOrderIsTheDataSets()
    {
        Loader loader(std::make_shared<CountingDataset>(5), {.batch = 2, .shuffle = false, .dropLast = true, .threads = 1});
        QCOMPARE(loader.batchesPerEpoch(), 2);
        QCOMPARE(loader.next()->indices, (std::vector<std::int64_t>{0, 1}));
        QCOMPARE(loader.next()->indices, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(loader.next()->indices, (std::vector<std::int64_t>{0, 1}));
    }

    void anIncompleteOnlyBatchIsKept()
    {
        Loader loader(std::make_shared<CountingDataset>(3), {.batch = 8, .dropLast = true, .threads = 0});
        QCOMPARE(loader.batchesPerEpoch(), 1);
        QCOMPARE(loader.next()->size, 3);
    }

    void anotherSeedIsAnotherOrder()
    {
        const auto data = std::make_shared<CountingDataset>(40);
        Loader a(data, {.batch = 40, .seed = 1, .threads = 0});
        Loader b(data, {.batch = 40, .seed = 2, .threads = 0});
        QVERIFY(a.next()->indices != b.next()->indices);
    }

    void missingLabelsAreZeroAndCounted()
    {
        class Partial : public CountingDataset
        {
        public:
            Partial()
                : CountingDataset(4)
            {
            }
            Sample get(std::int64_t index) const override
            {
                Sample sample = CountingDataset::get(index);
                if (index % 2 == 1)
                    sample.labels[2].clear();
                return sample;
            }
        };
        Loader loader(std::make_shared<Partial>(), {.batch = 4, .shuffle = false, .threads = 1, .flip = true, .cropScale = 0.3});
        const auto batch = loader.next();
        QCOMPARE(batch->labels[2].presentCount, 2);
        QCOMPARE(batch->labels[2].present, (std::vector<std::uint8_t>{1, 0, 1, 0}));
        const auto row = batch->labels[2].values.begin() + 36;
        QVERIFY(std::all_of(row, row + 36, [](float value) { return value == 0; }));
        QVERIFY(std::any_of(row + 36, row + 72, [](float value) { return value != 0; }));
        QCOMPARE(batch->labels[3].presentCount, 4);
        QCOMPARE(batch->labels[3].values[3], 3.03f);
    }

    void faultsReachTheCaller_data()
    {
        QTest::addColumn<int>("threads");
        for (const int threads : {0, 1, 3})
            QTest::addRow("%d threads", threads) << threads;
    }

    void faultsReachTheCaller()
    {
        QFETCH(int, threads);
        Loader loader(std::make_shared<CountingDataset>(6, 3), {.batch = 2, .shuffle = false, .threads = threads});
        QCOMPARE(loader.next()->indices, (std::vector<std::int64_t>{0, 1}));
        VERIFY_COMPLAINT(loader.next(), "sample 3", "found a fault");
        QCOMPARE(loader.next()->indices, (std::vector<std::int64_t>{4, 5}));
        loader.seek(0, 0);
        QCOMPARE(loader.next()->indices, (std::vector<std::int64_t>{0, 1}));
    }

    /// A seek while a thread is in the middle of the batch that is wanted next: the half-made one must not come out.
    void workOfBeforeASeekIsForgotten()
    {
        class Gated : public CountingDataset
        {
        public:
            Gated()
                : CountingDataset(4)
            {
            }
            Sample get(std::int64_t index) const override
            {
                if (!isOpen.exchange(true)) {
                    entered.count_down();
                    released.wait();
                }
                return CountingDataset::get(index);
            }
            mutable std::atomic<bool> isOpen = false;
            mutable std::latch entered{1};
            mutable std::latch released{1};
        };
        const auto data = std::make_shared<Gated>();
        Loader loader(data, {.batch = 2, .shuffle = false, .threads = 1, .queue = 1});
        data->entered.wait();
        loader.seek(0, 0);
        data->released.count_down();
        const auto batch = loader.next();
        QVERIFY(batch);
        QCOMPARE(batch->indices, (std::vector<std::int64_t>{0, 1}));
    }

    void itMayBeLeftAtAnyTime()
    {
        for (int i = 0; i < 50; ++i) {
            Loader loader(std::make_shared<CountingDataset>(1000), {.batch = 7, .threads = 3, .queue = 5});
            for (int k = 0; k < i % 4; ++k)
                loader.next();
            loader.seek(i, i % 9);
        }
    }

    void badOptionsAndWrongSizesAreNamed()
    {
        class Short : public CountingDataset
        {
        public:
            Short()
                : CountingDataset(2)
            {
            }
            Sample get(std::int64_t index) const override
            {
                Sample sample = CountingDataset::get(index);
                sample.labels[1].pop_back();
                return sample;
            }
        };
        VERIFY_COMPLAINT(Loader(std::make_shared<CountingDataset>(0), {}), "expected at least one sample", "found none");
        VERIFY_COMPLAINT(Loader(std::make_shared<CountingDataset>(3), {.batch = 0}), "batch", "found 0");
        Loader loader(std::make_shared<Short>(), {.batch = 2, .threads = 1});
        VERIFY_COMPLAINT(loader.next(), "depth", "expected 12", "found 11");
        VERIFY_COMPLAINT(loader.seek(0, 7), "position", "batch 7");
    }
};

CONCORD_TEST(LoaderTest)
#include "loader_test.moc"
