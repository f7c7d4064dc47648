#include "tests/core/exporter/small_model.h"

#include "core/exporter/exporter.h"
#include "core/tensor/safetensors.h"

#include "tests/support/testing.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTemporaryDir>

#include <cstring>

namespace concord::test {

class SafetensorsExporterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTensorIsBitEqual()
    {
        SmallModel small(smallExample(CONCORD_SOURCE_DIR "/resources/examples/1_scenes_three_tasks.json"));
        QTemporaryDir folder;
        const std::filesystem::path out = folder.filePath("model.safetensors").toStdString();
        QCOMPARE(ExporterRegistry::instance().make("safetensors")->write(*small.model, small.data, small.image(1, 1), out), 0.0);
        const Safetensors found = loadSafetensors(out);
        QCOMPARE(found.tensors.size(), small.model->parameters().size() + small.model->buffers().size());
        NamedTensors expected = small.model->buffers();
        for (const ModelParameter &parameter : small.model->parameters())
            expected.emplace_back(parameter.name, parameter.value);
        for (const auto &[name, value] : expected) {
            QVERIFY2(found.tensors.contains(name), name.c_str());
            const at::Tensor other = found.tensors.at(name);
            const at::Tensor mine = value.detach().contiguous();
            QVERIFY2(other.sizes() == mine.sizes() && other.scalar_type() == mine.scalar_type(), name.c_str());
            QVERIFY2(std::memcmp(other.data_ptr(), mine.data_ptr(), std::size_t(mine.nbytes())) == 0, name.c_str());
        }
        const QJsonObject facts = QJsonDocument::fromJson(QByteArray::fromStdString(found.metadata.at("concord"))).object();
        QCOMPARE(facts["tasks"].toArray().size(), 3);
        QCOMPARE(facts["input"].toObject()["shape"].toArray(), (QJsonArray{3, 32, 32}));
    }
};

CONCORD_TEST(SafetensorsExporterTest)

} // namespace concord::test

#include "safetensors_test.moc"
