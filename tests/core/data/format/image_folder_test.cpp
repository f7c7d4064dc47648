#include "core/data/loader.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <map>
#include <set>

using namespace concord;
using namespace concord::test;
using Texts = std::vector<std::string>;

class ImageFolderTest : public QObject
{
    Q_OBJECT

    /// `count` images of 4 × 6 whose red is 10 i, with classes in halves and a depth of i metres.
    static void fill(const Fixture &fixture, const std::string &folder, int first, int count)
    {
        for (int i = first; i < first + count; ++i) {
            const std::string stem = "s" + std::to_string(i) + ".png";
            fixture.image(folder + "images/" + stem, cv::Mat(4, 6, CV_8UC3, cv::Scalar(1, 2, 10 * i)));
            cv::Mat classes = cv::Mat::zeros(4, 6, CV_8UC1);
            classes.colRange(3, 6).setTo(1);
            fixture.image(folder + "labels/" + stem, classes);
            fixture.image(folder + "depth/" + stem, cv::Mat(4, 6, CV_16UC1, cv::Scalar(1000 * (i + 1))));
        }
    }

    static std::shared_ptr<DataBlock> block(const std::filesystem::path &root, ParamMap more = {})
    {
        more.emplace("tasks", Texts{"seg:segmentation:labels:classes=2", "depth:depth", "edges:edges:from=seg"});
        more["root"] = root.string();
        return dataBlock("image_folder", more);
    }

private Q_SLOTS:
    void readsImagesAndLabels()
    {
        const Fixture fixture;
        fill(fixture, "", 0, 5);
        const auto folder = block(fixture.path(), {{"validationShare", 0.4}});
        QCOMPARE(folder->describe().image, (Shape{3, 4, 6}));
        const auto train = folder->open(Split::train, 1);
        const auto validation = folder->open(Split::validation, 1);
        QCOMPARE(train->size(), 3);
        QCOMPARE(validation->size(), 2);
        std::set<int> seen;
        for (const auto &data : {train, validation})
            for (std::int64_t i = 0; i < data->size(); ++i)
                for (int pass = 0; pass < 2; ++pass) { // the second pass comes from the cache
                    const Sample sample = data->get(i);
                    const int number = int(std::lround(sample.image[0] * 25.5f));
                    seen.insert(number);
                    QCOMPARE(sample.image[24], 2 / 255.0f);
                    QCOMPARE(sample.image[48], 1 / 255.0f);
                    QCOMPARE(sample.labels[0], (std::vector<float>{0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 0, 0, 1, 1, 1}));
                    QCOMPARE(sample.labels[1], std::vector<float>(24, float(number + 1)));
                    QCOMPARE(sample.labels[2][2] + sample.labels[2][3], 2.0f);
                    QCOMPARE(sample.labels[2][1] + sample.labels[2][4], 0.0f);
                }
        QCOMPARE(seen, (std::set<int>{0, 1, 2, 3, 4}));
    }

    void splitFoldersAreTaken()
    {
        const Fixture fixture;
        fill(fixture, "train/", 0, 3);
        fill(fixture, "val/", 3, 2);
        const auto folder = block(fixture.path());
        QCOMPARE(folder->open(Split::train, 1)->size(), 3);
        QCOMPARE(folder->open(Split::validation, 1)->size(), 2);
        QCOMPARE(folder->open(Split::test, 1)->size(), 2);
        fill(fixture, "test/", 5, 4);
        QCOMPARE(folder->open(Split::test, 1)->size(), 4);
    }

    void trainAloneIsDivided()
    {
        const Fixture fixture;
        fill(fixture, "train/", 0, 5);
        const auto folder = block(fixture.path());
        QCOMPARE(folder->open(Split::train, 1)->size(), 4);
        QCOMPARE(folder->open(Split::validation, 1)->size(), 1);
    }

    void scalingKeepsLabelsTrue()
    {
        const Fixture fixture;
        fill(fixture, "", 0, 2);
        fixture.image("images/s7.png", cv::Mat(8, 12, CV_8UC3, cv::Scalar(1, 2, 70)));
        fixture.image("labels/s7.png", cv::Mat(8, 12, CV_8UC1, cv::Scalar(1)));
        const auto folder = block(fixture.path(), {{"size", std::vector<std::int64_t>{2, 2}}, {"validationShare", 0.3}});
        const auto train = folder->open(Split::train, 1);
        const auto validation = folder->open(Split::validation, 1);
        int large = 0;
        for (const auto &data : {train, validation})
            for (std::int64_t i = 0; i < data->size(); ++i) {
                const Sample sample = data->get(i);
                const int number = int(std::lround(sample.image[0] * 25.5f));
                QCOMPARE(sample.image.size(), 12u);
                if (number == 7) {
                    ++large;
                    QCOMPARE(sample.labels[0], std::vector<float>(4, 1.0f));
                    QVERIFY(sample.labels[1].empty()); // it has no depth
                } else {
                    QCOMPARE(sample.labels[0], (std::vector<float>{0, 1, 0, 1}));
                    QCOMPARE(sample.labels[1], std::vector<float>(4, float(number + 1)));
                    QCOMPARE(sample.labels[2], std::vector<float>(4, 1.0f)); // of the scaled class map
                }
            }
        QCOMPARE(large, 1);
    }

    void portsDoNotDependOnTheDisk()
    {
        const auto folder = block("/nowhere/at/all");
        QCOMPARE(folder->outputs().size(), 4u);
        VERIFY_COMPLAINT(folder->infer({}, 1), "/nowhere/at/all", "expected a folder", "found nothing");
        QCOMPARE(block("", {{"tasks", Texts{"broken"}}})->outputs().size(), 1u);
    }

    void aNewFirstImageIsNoticed()
    {
        const Fixture fixture;
        fill(fixture, "", 0, 2);
        QCOMPARE(block(fixture.path())->describe().image, (Shape{3, 4, 6}));
        fixture.image("images/a.png", cv::Mat(5, 7, CV_8UC3));
        std::filesystem::last_write_time(fixture.path("images"), std::filesystem::file_time_type::clock::now() + std::chrono::seconds(5));
        QCOMPARE(block(fixture.path())->describe().image, (Shape{3, 5, 7}));
    }

    void saysWhatIsWrong()
    {
        const Fixture fixture;
        VERIFY_COMPLAINT(dataBlock("image_folder", {})->describe(), "root", "found none");
        VERIFY_COMPLAINT(block(fixture.path())->describe(), "images", "expected a folder");
        std::filesystem::create_directories(fixture.path("images"));
        std::filesystem::create_directories(fixture.path("labels"));
        std::filesystem::create_directories(fixture.path("depth"));
        VERIFY_COMPLAINT(block(fixture.path())->describe(), "images", "expected images", "found none");
        fill(fixture, "", 0, 4);
        VERIFY_COMPLAINT(block(fixture.path(), {{"images", std::string("pictures")}})->describe(), "pictures", "found nothing");
        VERIFY_COMPLAINT(block(fixture.path(), {{"validationShare", 0.0}})->open(Split::validation, 1), "validation", "found none");
        VERIFY_COMPLAINT(block(fixture.path(), {{"tasks", Texts{"seg:segmentation:masks:classes=2"}}})->describe(), "masks", "found nothing");

        const auto all = [&] {
            for (const Split split : {Split::train, Split::validation}) {
                Loader loader(block(fixture.path())->open(split, 1), {.batch = 1, .threads = 1});
                for (std::int64_t i = 0; i < loader.batchesPerEpoch(); ++i)
                    loader.next();
            }
        };
        QCOMPARE(complaint(all), std::string());
        fixture.image("images/s3.png", cv::Mat(4, 7, CV_8UC3));
        VERIFY_COMPLAINT(all(), "s3.png", "4×6", "found 4×7", "size");
        fixture.image("images/s3.png", cv::Mat(4, 6, CV_8UC3));
        fixture.image("labels/s2.png", cv::Mat(3, 6, CV_8UC1));
        VERIFY_COMPLAINT(all(), "labels", "s2.png", "4×6", "found 3×6");
        fixture.image("labels/s2.png", cv::Mat(4, 6, CV_8UC1, cv::Scalar(9)));
        VERIFY_COMPLAINT(all(), "s2.png", "0 … 1", "found 9");
        fixture.image("labels/s2.png", cv::Mat(4, 6, CV_8UC1, cv::Scalar(1)));
        const std::string whole = content(fixture.path("depth/s1.png"));
        fixture.bytes("depth/s1.png", whole.substr(0, whole.size() / 2));
        VERIFY_COMPLAINT(all(), "s1.png", "ends early");
        std::filesystem::remove(fixture.path("depth/s1.png"));
        std::vector<float> depth(24, 1.0f);
        depth[7] = NAN;
        fixture.npy("depth/s1.npy", "(4, 6)", depth);
        VERIFY_COMPLAINT(all(), "s1.npy", "finite", "column 1, row 1");
        depth[7] = 2;
        fixture.npy("depth/s1.npy", "(4, 6)", depth);
        QCOMPARE(complaint(all), std::string());
    }

    void readsCamVid()
    {
        const std::filesystem::path root = std::filesystem::path(CONCORD_SOURCE_DIR) / "../shared/data/camvid";
        if (!std::filesystem::is_directory(root))
            QSKIP("CamVid is not there (../shared/data/camvid)");
        const Texts tasks = {"segmentation:segmentation:labels:ignore=11:names=sky|building|pole|road|pavement|tree|sign|fence|car|pedestrian|bicyclist",
                             "edges:edges:from=segmentation"};
        const auto full = dataBlock("image_folder", {{"root", root.string()}, {"tasks", tasks}, {"cache", std::int64_t(0)}});
        QCOMPARE(full->describe().image, (Shape{3, 180, 240}));
        QCOMPARE(full->describe().tasks[0].classes, 11);
        const auto train = full->open(Split::train, 1);
        const auto validation = full->open(Split::validation, 1);
        QCOMPARE(train->size(), 367);
        QCOMPARE(validation->size(), 101);
        std::map<float, std::int64_t> pixels;
        for (std::int64_t i = 0; i < validation->size(); ++i) {
            const Sample sample = validation->get(i);
            QCOMPARE(sample.image.size(), 3u * 180 * 240);
            for (std::size_t p = 0; p < sample.labels[0].size(); ++p) {
                ++pixels[sample.labels[0][p]];
                QCOMPARE(sample.labels[1][p] < 0, sample.labels[0][p] == 11);
            }
        }
        QCOMPARE(pixels.size(), 12u);   // every class and the unlabelled
        QVERIFY(pixels[3] > pixels[9]); // more road than pedestrians
        // The sky is bright and above the road.
        double skyRow = 0;
        double roadRow = 0;
        const Sample sample = train->get(0);
        const auto mean = [&](float id) {
            double sum = 0;
            double count = 0;
            for (std::size_t p = 0; p < sample.labels[0].size(); ++p)
                if (sample.labels[0][p] == id) {
                    sum += double(p / 240);
                    ++count;
                }
            return sum / count;
        };
        skyRow = mean(0);
        roadRow = mean(3);
        QVERIFY(skyRow < roadRow);
        const auto small = dataBlock("image_folder", {{"root", root.string()}, {"tasks", tasks}, {"size", std::vector<std::int64_t>{60, 80}}});
        Loader loader(small->open(Split::train, 1), {.batch = 16, .threads = 2, .flip = true, .cropScale = 0.3});
        QCOMPARE(loader.next()->labels[0].presentCount, 16);
    }
};

CONCORD_TEST(ImageFolderTest)
#include "image_folder_test.moc"
