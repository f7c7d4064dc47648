#include "core/data/dataset.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <cmath>

using namespace concord;
using namespace concord::test;
using Sizes = std::vector<std::int64_t>;

class RandomDataTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void imagesWithDenseTasks()
    {
        const auto block =
            dataBlock("random_data",
                      {{"shape", Sizes{3, 16, 24}},
                       {"tasks", std::vector<std::string>{"a:segmentation:13", "b:depth", "c:normals", "d:edges", "e:regression:4", "f:classification:6"}}});
        const DatasetInfo info = block->describe();
        QCOMPARE(info.labelShapes, (std::vector<Shape>{{16, 24}, {1, 16, 24}, {3, 16, 24}, {1, 16, 24}, {4}, {}}));
        QCOMPARE(info.tasks[2].classes, 3);
        const Sample sample = block->open(Split::train, 1)->get(0);
        for (std::size_t i = 0; i < 6; ++i)
            QCOMPARE(std::int64_t(sample.labels[i].size()), elementCount(info.labelShapes[i]));
        QVERIFY(std::ranges::all_of(sample.labels[0], [](float v) { return v >= 0 && v < 13 && v == std::floor(v); }));
        QVERIFY(std::ranges::all_of(sample.labels[1], [](float v) { return v > 0; }));
        for (std::size_t p = 0; p < 384; ++p)
            QVERIFY(std::abs(std::hypot(sample.labels[2][p], sample.labels[2][384 + p], sample.labels[2][768 + p]) - 1) < 1e-5f);
        double squares = 0;
        for (const float v : sample.image)
            squares += v * v;
        QVERIFY(std::abs(squares / 1152 - 1) < 0.25);
    }

    void boxesLieInTheImage()
    {
        const auto block = dataBlock("random_data", {{"shape", Sizes{3, 16, 16}}, {"tasks", std::vector<std::string>{"b:boxes:7", "d:depth"}}});
        QCOMPARE(block->describe().labelShapes[0], (Shape{32, 5}));
        QCOMPARE(block->describe().tasks[0].classes, 7);
        const auto data = block->open(Split::train, 1);
        for (std::int64_t i = 0; i < 10; ++i) {
            const std::vector<float> label = data->get(i).labels[0];
            QCOMPARE(label.size(), std::size_t(160));
            QVERIFY(label[0] >= 0 && label[20] == -1);
            for (std::size_t row = 0; row < 160 && label[row] >= 0; row += 5)
                QVERIFY(label[row] < 7 && label[row + 1] >= 0 && label[row + 1] < label[row + 3] && label[row + 3] <= 1 && label[row + 2] < label[row + 4] && label[row + 4] <= 1);
        }
        VERIFY_COMPLAINT(dataBlock("random_data", {{"shape", Sizes{3, 16, 16}}, {"tasks", std::vector<std::string>{"b:boxes"}}})->describe(), "classes", "boxes");
        VERIFY_COMPLAINT(dataBlock("random_data", {{"shape", Sizes{16}}, {"tasks", std::vector<std::string>{"b:boxes:2"}}})->describe(), "expected images", "16");
    }

    void fortyAttributes()
    {
        const auto block =
            dataBlock("random_data", {{"shape", Sizes{512}}, {"tasks", std::vector<std::string>{"attr:multilabel:1:40"}}, {"count", std::int64_t(100)}});
        const DatasetInfo info = block->describe();
        QCOMPARE(info.tasks.size(), 40u);
        QCOMPARE(info.tasks.front().name, std::string("attr0"));
        QCOMPARE(info.tasks.back().name, std::string("attr39"));
        QCOMPARE(info.labelShapes[7], Shape{1});
        const auto data = block->open(Split::train, 1);
        QCOMPARE(data->size(), 100);
        QCOMPARE(block->open(Split::validation, 1)->size(), 25);
        QCOMPARE(data->get(99).labels.size(), 40u);
        QVERIFY(data->get(0).image != data->get(1).image);
    }

    void theSeedDecides()
    {
        const auto block = dataBlock("random_data", {{"shape", Sizes{8}}, {"tasks", std::vector<std::string>{"y:regression:1"}}});
        QCOMPARE(block->open(Split::train, 1)->get(3).image, block->open(Split::train, 1)->get(3).image);
        QVERIFY(block->open(Split::train, 1)->get(3).image != block->open(Split::train, 2)->get(3).image);
        QVERIFY(block->open(Split::train, 1)->get(3).image != block->open(Split::validation, 1)->get(3).image);
    }

    void saysWhatIsWrong()
    {
        const auto say = [](const Sizes &shape, const std::string &task) {
            return complaint([&] { dataBlock("random_data", {{"shape", shape}, {"tasks", std::vector<std::string>{task}}})->describe(); });
        };
        QVERIFY(say({3, 4}, "a:depth").find("found 2 numbers") != std::string::npos);
        QVERIFY(say({512}, "a:depth").find("found the shape 512") != std::string::npos);
        QVERIFY(say({512}, "a:classification").find("number of classes") != std::string::npos);
        QVERIFY(say({512}, "a:classification:0").find("found '0'") != std::string::npos);
        QVERIFY(say({512}, "a:multilabel:1:x").find("found 'x'") != std::string::npos);
        QVERIFY(say({512}, "a").find("found 1 parts") != std::string::npos);
        VERIFY_COMPLAINT(dataBlock("random_data", {{"tasks", std::vector<std::string>{"a:depth", "a:edges"}}})->describe(), "'a' twice");
        VERIFY_COMPLAINT(dataBlock("random_data", {{"tasks", std::vector<std::string>{}}})->describe(), "found none");
    }
};

CONCORD_TEST(RandomDataTest)
#include "random_data_test.moc"
