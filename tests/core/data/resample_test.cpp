#include "core/data/resample.h"

#include "tests/support/testing.h"

using namespace concord;

class ResampleTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theWholeImageAtItsSizeIsItself()
    {
        const std::vector<float> values = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
        const Resample same{.planes = 2, .height = 2, .width = 3, .window = {0, 0, 2, 3}, .newHeight = 2, .newWidth = 3};
        QCOMPARE(same.nearest(values), values);
        QCOMPARE(same.bilinear(values), values);
    }

    void doublingKnowsPixelCentres()
    {
        const Resample twice{.height = 1, .width = 2, .window = {0, 0, 1, 2}, .newHeight = 1, .newWidth = 4};
        QCOMPARE(twice.nearest({0, 4}), (std::vector<float>{0, 0, 4, 4}));
        QCOMPARE(twice.bilinear({0, 4}), (std::vector<float>{0, 1, 3, 4}));
    }

    void aWindowIsCutOut()
    {
        const std::vector<float> values = {0, 1, 2, 10, 11, 12, 20, 21, 22};
        const Resample part{.height = 3, .width = 3, .window = {1, 1, 2, 2}, .newHeight = 2, .newWidth = 2};
        QCOMPARE(part.nearest(values), (std::vector<float>{11, 12, 21, 22}));
        QCOMPARE(part.bilinear(values), (std::vector<float>{11, 12, 21, 22}));
    }

    void halvingTakesPixelsOfTheSource()
    {
        const Resample half{.height = 1, .width = 6, .window = {0, 0, 1, 6}, .newHeight = 1, .newWidth = 2};
        QCOMPARE(half.nearest({0, 1, 2, 3, 4, 5}), (std::vector<float>{1, 4}));
        QCOMPARE(half.bilinear({0, 1, 2, 3, 4, 5}), (std::vector<float>{1, 4}));
    }
};

CONCORD_TEST(ResampleTest)
#include "resample_test.moc"
