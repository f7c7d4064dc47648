#include "core/probe/device_batch.h"

#include "tests/core/probe/toy.h"
#include "tests/support/testing.h"

namespace concord::test {

class DeviceBatchTest : public QObject
{
    Q_OBJECT

    static std::unique_ptr<Model> modelOf(const Experiment &experiment, const DatasetInfo &info)
    {
        return Model::compile(experiment.graph, analyse(experiment.graph), info, {});
    }

  private Q_SLOTS:
    void holdsTheSamplesAndWhatIsKnown()
    {
        const ToySet set({.missing = true}, Split::train);
        const std::unique_ptr<Model> model = modelOf(vectorExperiment(), set.info());
        const std::vector<std::int64_t> indices{3, 4}; // 3 lacks its second label
        const DeviceBatch batch = toDevice(gather(set, indices), set.info(), *model, true);
        QCOMPARE(batch.size, std::int64_t(2));
        QCOMPARE(batch.image.sizes().vec(), (std::vector<std::int64_t>{2, 4}));
        QCOMPARE(batch.image[1][2].item<float>(), set.get(4).image[2]);
        QCOMPARE(batch.labels[0].values.sizes().vec(), (std::vector<std::int64_t>{2, 1}));
        QCOMPARE(batch.labels[0].values[0][0].item<float>(), set.get(3).labels[0][0]);
        QCOMPARE(batch.labels[1].values.sizes().vec(), (std::vector<std::int64_t>{2}));
        QCOMPARE(batch.labels[1].present.scalar_type(), at::kBool);
        QVERIFY(!batch.labels[1].present[0].item<bool>());
        QVERIFY(batch.labels[1].present[1].item<bool>());
        QCOMPARE(batch.labels[1].values[1].item<float>(), set.get(4).labels[1][0]);

        const std::vector<std::int64_t> unlabelled{0, 3};
        QVERIFY(!toDevice(gather(set, unlabelled), set.info(), *model, true).labels[1].any);
    }

    void putsChannelsLastOnRequest()
    {
        const ToySet set({.images = true}, Split::train);
        const std::unique_ptr<Model> model = modelOf(imageExperiment(), set.info());
        const std::vector<std::int64_t> indices{0, 1};
        const auto host = gather(set, indices);
        const DeviceBatch last = toDevice(host, set.info(), *model, true);
        const DeviceBatch first = toDevice(host, set.info(), *model, false);
        QVERIFY(last.image.is_contiguous(at::MemoryFormat::ChannelsLast));
        QVERIFY(first.image.is_contiguous());
        QVERIFY(last.image.equal(first.image));
    }

    void keepsItsMemoryAlive()
    {
        const ToySet set({}, Split::train);
        const std::unique_ptr<Model> model = modelOf(vectorExperiment(), set.info());
        std::weak_ptr<const Batch> watched;
        at::Tensor image;
        {
            const std::vector<std::int64_t> indices{5};
            const auto host = gather(set, indices);
            watched = host;
            image = toDevice(host, set.info(), *model, false).image;
        }
        QVERIFY(!watched.expired());
        QCOMPARE(image[0][0].item<float>(), set.get(5).image[0]);
        image.reset();
        QVERIFY(watched.expired());
    }
};

} // namespace concord::test

using concord::test::DeviceBatchTest;
CONCORD_TEST(DeviceBatchTest)
#include "device_batch_test.moc"
