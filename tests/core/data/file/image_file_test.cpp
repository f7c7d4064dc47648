#include "core/data/file/image_file.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <opencv2/core.hpp>

using namespace concord;
using namespace concord::test;

class ImageFileTest : public QObject
{
    Q_OBJECT

    Fixture fixture_;

    static cv::Mat noise(int type)
    {
        cv::Mat image(40, 60, type);
        cv::RNG generator(7);
        generator.fill(image, cv::RNG::UNIFORM, 0, 256);
        return image;
    }

private Q_SLOTS:
    void keepsChannelsAndBits()
    {
        const cv::Mat deep = noise(CV_16UC1);
        const cv::Mat read = readImageFile(fixture_.image("deep.png", deep), ImageForm::asIs);
        QCOMPARE(read.type(), CV_16UC1);
        QCOMPARE(cv::norm(read, deep, cv::NORM_INF), 0.0);
        QCOMPARE(readImageFile(fixture_.image("grey.png", noise(CV_8UC1)), ImageForm::colour).type(), CV_8UC3);
    }

    void everyCutIsAnError_data()
    {
        QTest::addColumn<QString>("name");
        QTest::newRow("png") << "a.png";
        QTest::newRow("jpg") << "a.jpg";
    }

    void everyCutIsAnError()
    {
        QFETCH(QString, name);
        const std::string file = name.toStdString();
        const std::string whole = content(fixture_.image(file, noise(CV_8UC3)));
        QCOMPARE(readImageFile(fixture_.path(file), ImageForm::colour).rows, 40);
        for (std::size_t length = 0; length + 4 < whole.size(); length += 1 + whole.size() / 60)
            VERIFY_COMPLAINT(readImageFile(fixture_.bytes(file, whole.substr(0, length)), ImageForm::colour), file, "expected", "found");
    }

    void otherBytesAreAnError()
    {
        VERIFY_COMPLAINT(readImageFile(fixture_.path("none.png"), ImageForm::asIs), "none.png");
        VERIFY_COMPLAINT(readImageFile(fixture_.bytes("text.png", "hello"), ImageForm::asIs), "text.png", "expected an image", "found");
    }

    void namesOfImages()
    {
        QVERIFY(isImageName("a/b.PNG") && isImageName("x.jpeg"));
        QVERIFY(!isImageName("x.npy") && !isImageName("png"));
    }
};

CONCORD_TEST(ImageFileTest)
#include "image_file_test.moc"
