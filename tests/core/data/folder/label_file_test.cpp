#include "core/data/folder/label_file.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <cmath>

using namespace concord;
using namespace concord::test;

class LabelFileTest : public QObject
{
    Q_OBJECT

    Fixture fixture_;
    const ImageSize size_{2, 3};

    std::vector<float> read(const std::filesystem::path &file, const std::string &task) const
    {
        return readLabelFile(file, parseFolderTasks({task}).front(), size_);
    }

    template<class T>
    static cv::Mat grey(std::vector<T> values)
    {
        return cv::Mat(values, true).reshape(1, 2);
    }

private Q_SLOTS:
    void readsClassIds()
    {
        const auto file = fixture_.image("ids.png", grey<std::uint8_t>({0, 1, 2, 3, 11, 0}));
        QCOMPARE(read(file, "s:segmentation:classes=4:ignore=11"), (std::vector<float>{0, 1, 2, 3, 11, 0}));
        VERIFY_COMPLAINT(read(file, "s:segmentation:classes=3:ignore=11"), "ids.png", "0 … 2 or 11", "found 3", "column 0, row 1");
        VERIFY_COMPLAINT(read(file, "s:segmentation:classes=4"), "0 … 3,", "found 11", "column 1, row 1");
        VERIFY_COMPLAINT(read(fixture_.npy("half.npy", "(2, 3)", {0, 0.5f, 0, 0, 0, 0}), "s:segmentation:classes=4"), "half.npy", "found 0.5",
                         "column 1, row 0");
    }

    void readsDepthInMillimetresOrWithAScale()
    {
        const auto file = fixture_.image("depth.png", grey<std::uint16_t>({0, 1000, 2500, 65535, 1, 3}));
        QCOMPARE(read(file, "d:depth"), (std::vector<float>{0, 1, 2.5f, 65.535f, 0.001f, 0.003f}));
        QCOMPARE(read(file, "d:depth:scale=0.01")[2], 25.0f);
        QCOMPARE(read(fixture_.npy("depth.npy", "(1, 2, 3)", {0, 1, 2, 3, 4, 5.5f}), "d:depth"), (std::vector<float>{0, 1, 2, 3, 4, 5.5f}));
        QCOMPARE(read(fixture_.npy("depth.npy", "(2, 3)", {0, 1, 2, 3, 4, 5}), "d:depth:scale=2")[5], 10.0f);
    }

    void refusesNumbersThatAreNotFinite()
    {
        VERIFY_COMPLAINT(read(fixture_.npy("nan.npy", "(2, 3)", {1, 1, 1, 1, 1, NAN}), "d:depth"), "nan.npy", "finite", "nan", "column 2, row 1");
        VERIFY_COMPLAINT(read(fixture_.npy("inf.npy", "(2, 3)", {1, INFINITY, 1, 1, 1, 1}), "d:depth"), "inf.npy", "finite", "inf", "column 1, row 0");
    }

    void readsBoxes()
    {
        const std::vector<float> label = read(fixture_.npy("boxes.npy", "(2, 5)", {1, 0.25f, 0, 0.5f, 1, 0, 0, 0, 1, 0.5f}), "b:boxes:classes=2");
        QCOMPARE(label.size(), std::size_t(mostBoxes * 5));
        QCOMPARE(std::vector<float>(label.begin(), label.begin() + 11), (std::vector<float>{1, 0.25f, 0, 0.5f, 1, 0, 0, 0, 1, 0.5f, -1}));
        QVERIFY(read(fixture_.npy("none.npy", "(0, 5)", {}), "b:boxes:classes=2") == std::vector<float>(std::size_t(mostBoxes * 5), -1.0f));
        VERIFY_COMPLAINT(read(fixture_.npy("class.npy", "(1, 5)", {2, 0, 0, 1, 1}), "b:boxes:classes=2"), "class.npy", "0 … 1", "found 2", "row 0");
        VERIFY_COMPLAINT(read(fixture_.npy("order.npy", "(1, 5)", {0, 0.5f, 0, 0.25f, 1}), "b:boxes:classes=2"), "order.npy", "left < right", "0.5, 0, 0.25, 1");
        VERIFY_COMPLAINT(read(fixture_.npy("flat.npy", "(5)", {0, 0, 0, 1, 1}), "b:boxes:classes=2"), "flat.npy", "rows of 5 numbers", "found the shape 5");
        VERIFY_COMPLAINT(read(fixture_.npy("many.npy", "(33, 5)", std::vector<float>(165, 0.5f)), "b:boxes:classes=2"), "many.npy", "at most 32", "33×5");
    }

    void readsNormals()
    {
        const float h = std::sqrt(0.5f);
        const std::vector<float> planes = {1, 0, h, 0, 0, 0, 0, 1, h, 0, 0, 0, 0, 0, 0, -1, 0, 1};
        std::vector<float> last;
        for (std::size_t i = 0; i < 18; ++i)
            last.push_back(planes[i % 3 * 6 + i / 3]);
        const std::vector<float> a = read(fixture_.npy("first.npy", "(3, 2, 3)", planes), "n:normals");
        const std::vector<float> b = read(fixture_.npy("last.npy", "(2, 3, 3)", last), "n:normals");
        for (std::size_t i = 0; i < 18; ++i) {
            QVERIFY(std::abs(a[i] - planes[i]) < 1e-6f);
            QVERIFY(std::abs(b[i] - planes[i]) < 1e-6f);
        }
        VERIFY_COMPLAINT(read(fixture_.npy("long.npy", "(3, 2, 3)", std::vector<float>(18, 1.0f)), "n:normals"), "long.npy", "length 1", "found length 1.73");
    }

    void readsNormalsFromColours()
    {
        cv::Mat image(2, 3, CV_8UC3, cv::Scalar(255, 128, 128)); // blue is z: (0, 0, 1)
        image.at<cv::Vec3b>(1, 0) = {128, 128, 0};               // x = −1
        image.at<cv::Vec3b>(1, 2) = {0, 0, 0};
        const std::vector<float> normals = read(fixture_.image("normals.png", image), "n:normals");
        QVERIFY(std::abs(normals[12] - 1) < 1e-3f);
        QVERIFY(std::abs(normals[3] + 1) < 1e-3f);
        QCOMPARE(normals[5], 0.0f);
        QCOMPARE(normals[17], 0.0f);
        VERIFY_COMPLAINT(read(fixture_.image("grey.png", grey<std::uint8_t>({1, 2, 3, 4, 5, 6})), "n:normals"), "grey.png", "expected 3 channels", "found 1");
    }

    void readsYesAndNo()
    {
        const auto file = fixture_.image("edges.png", grey<std::uint8_t>({0, 255, 1, 0, 127, 0}));
        QCOMPARE(read(file, "e:edges:ignore=127"), (std::vector<float>{0, 1, 1, 0, -1, 0}));
        QCOMPARE(read(file, "e:edges:threshold=100"), (std::vector<float>{0, 1, 0, 0, 1, 0}));
        VERIFY_COMPLAINT(read(file, "e:edges"), "edges.png", "found 127", "column 1, row 1");
    }

    void readsValuesOfTheWholeImage()
    {
        QCOMPARE(read(fixture_.npy("v.npy", "(2,)", {0.5f, -3}), "v:regression:classes=2"), (std::vector<float>{0.5f, -3}));
        QCOMPARE(read(fixture_.npy("c.npy", "()", {4}), "c:classification:classes=5"), std::vector<float>{4});
        VERIFY_COMPLAINT(read(fixture_.path("c.npy"), "c:classification:classes=4"), "c.npy", "0 … 3", "found 4");
        VERIFY_COMPLAINT(read(fixture_.path("v.npy"), "v:regression:classes=3"), "v.npy", "expected 3 values");
        VERIFY_COMPLAINT(read(fixture_.path("edges.png"), "c:classification:classes=5"), "edges.png", ".npy");
    }

    void sizesMustFit()
    {
        VERIFY_COMPLAINT(read(fixture_.image("tall.png", cv::Mat::zeros(3, 3, CV_8UC1)), "s:segmentation:classes=2"), "tall.png", "2×3", "found 3×3");
        VERIFY_COMPLAINT(read(fixture_.npy("flat.npy", "(6,)", {1, 1, 1, 1, 1, 1}), "d:depth"), "flat.npy", "expected the shape 2×3", "found 6");
        VERIFY_COMPLAINT(read(fixture_.image("colour.png", cv::Mat::zeros(2, 3, CV_8UC3)), "s:segmentation:classes=2"), "colour.png", "grey image",
                         "found 3 channels");
        VERIFY_COMPLAINT(read(fixture_.path("none.png"), "s:segmentation:classes=2"), "none.png");
    }
};

CONCORD_TEST(LabelFileTest)
#include "label_file_test.moc"
