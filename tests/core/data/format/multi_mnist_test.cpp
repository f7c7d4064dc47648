#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <set>

using namespace concord;
using namespace concord::test;

class MultiMnistTest : public QObject
{
    Q_OBJECT

    /// Digits whose every pixel is their number plus one; the label is the number modulo 10.
    static void fill(const Fixture &fixture, const std::string &prefix, int count, int first = 0, bool isGzip = false)
    {
        std::string images;
        std::string labels;
        for (int i = first; i < first + count; ++i) {
            images += std::string(28 * 28, char(i + 1));
            labels += char(i % 10);
        }
        const std::string ending = isGzip ? ".gz" : "";
        fixture.idx(prefix + "-images-idx3-ubyte" + ending, {std::uint32_t(count), 28, 28}, images, isGzip);
        fixture.idx(prefix + "-labels-idx1-ubyte" + ending, {std::uint32_t(count)}, labels, isGzip);
    }

    static std::shared_ptr<DataBlock> block(const std::filesystem::path &root, ParamMap more = {})
    {
        more["root"] = root.string();
        return dataBlock("multi_mnist", more);
    }

    static int digit(float value) { return int(std::lround(value * 255)) - 1; }

    /// The digits that a split is made of; checks each composition on the way.
    static std::set<int> digitsOf(const Dataset &data)
    {
        std::set<int> digits;
        for (std::int64_t i = 0; i < data.size(); ++i) {
            const Sample sample = data.get(i);
            const int first = digit(sample.image[0]);
            const int second = digit(sample.image[36 * 36 - 1]);
            digits.insert({first, second});
            const bool isRight = sample.labels[0] == std::vector<float>{float(first % 10)} && sample.labels[1] == std::vector<float>{float(second % 10)} &&
                                 digit(sample.image[20 * 36 + 20]) == std::max(first, second) && sample.image[7 * 36 + 28] == 0 &&
                                 sample.image[28 * 36 + 7] == 0 && digit(sample.image[27 * 36]) == first && digit(sample.image[8 * 36 + 35]) == second;
            if (!isRight)
                return {};
        }
        return digits;
    }

private Q_SLOTS:
    void composesDigitsInTheCorners()
    {
        for (const bool isGzip : {false, true}) {
            const Fixture fixture;
            fill(fixture, "t10k", 100, 0, isGzip);
            const auto data = block(fixture.path());
            QCOMPARE(data->describe().image, (Shape{1, 36, 36}));
            QCOMPARE(data->describe().tasks[1].name, std::string("bottom_right"));
            QVERIFY(!data->describe().mayFlip);
            const auto train = data->open(Split::train, 1);
            const auto validation = data->open(Split::validation, 1);
            QCOMPARE(train->size(), 80);
            QCOMPARE(validation->size(), 20);
            const std::set<int> a = digitsOf(*train);
            const std::set<int> b = digitsOf(*validation);
            QCOMPARE(a.size(), 80u); // each is first once
            QCOMPARE(b.size(), 20u);
            std::vector<int> both;
            std::ranges::set_intersection(a, b, std::back_inserter(both));
            QVERIFY(both.empty());
            QCOMPARE(digitsOf(*data->open(Split::test, 1)), b);
        }
    }

    void ownTestDigitsAreTaken()
    {
        const Fixture fixture;
        fill(fixture, "train", 50);
        fill(fixture, "t10k", 10, 100);
        const std::set<int> test = digitsOf(*block(fixture.path())->open(Split::test, 1));
        QCOMPARE(*test.begin(), 100);
        QCOMPARE(test.size(), 10u);
        QVERIFY(*digitsOf(*block(fixture.path())->open(Split::train, 1)).rbegin() < 50);
    }

    void pairsFollowTheSeedAlone()
    {
        const Fixture fixture;
        fill(fixture, "t10k", 60);
        const auto images = [&](std::int64_t seed, std::uint64_t runSeed) {
            std::vector<std::vector<float>> all;
            const auto data = block(fixture.path(), {{"seed", seed}, {"train", std::int64_t(200)}})->open(Split::train, runSeed);
            for (std::int64_t i = 0; i < data->size(); ++i)
                all.push_back(data->get(i).image);
            return all;
        };
        QCOMPARE(images(1, 1).size(), 200u);
        QVERIFY(images(1, 1) == images(1, 5));
        QVERIFY(images(1, 1) != images(2, 1));
    }

    void saysWhatIsWrong()
    {
        const Fixture fixture;
        const auto open = [&] { block(fixture.path())->open(Split::train, 1); };
        VERIFY_COMPLAINT(dataBlock("multi_mnist", {})->infer({}, 1), "root", "found none");
        QCOMPARE(dataBlock("multi_mnist", {})->outputs().size(), 3u);
        VERIFY_COMPLAINT(block("/nowhere")->infer({}, 1), "/nowhere", "found nothing");
        VERIFY_COMPLAINT(open(), "t10k-images-idx3-ubyte", "found neither");
        fill(fixture, "t10k", 20);
        std::filesystem::remove(fixture.path("t10k-labels-idx1-ubyte"));
        VERIFY_COMPLAINT(open(), "found only the images");
        fixture.idx("t10k-labels-idx1-ubyte", {19}, std::string(19, '\1'));
        VERIFY_COMPLAINT(open(), "t10k-labels-idx1-ubyte", "expected 20 labels", "found 19");
        fixture.idx("t10k-labels-idx1-ubyte", {20}, std::string(19, '\1') + char(12));
        VERIFY_COMPLAINT(open(), "0 … 9", "found 12", "position 19");
        fixture.idx("t10k-labels-idx1-ubyte", {20}, std::string(20, '\1'));
        fixture.idx("t10k-images-idx3-ubyte", {20, 28, 28}, std::string(20 * 28 * 28 - 1, 'a'));
        VERIFY_COMPLAINT(open(), "t10k-images-idx3-ubyte", "expected 15680", "found 15679");
        fixture.idx("t10k-images-idx3-ubyte", {20, 5, 5}, std::string(500, 'a'));
        VERIFY_COMPLAINT(open(), "28×28", "found 5×5");
        fixture.idx("t10k-images-idx3-ubyte", {0, 28, 28}, "");
        VERIFY_COMPLAINT(open(), "at least one digit", "found none");
        fixture.idx("t10k-images-idx3-ubyte", {20}, std::string(20, 'a'));
        VERIFY_COMPLAINT(open(), "00 00 08 03", "00 00 08 01");
    }

    void readsMnist()
    {
        const std::filesystem::path root = std::filesystem::path(CONCORD_SOURCE_DIR) / "../shared/data/mnist";
        if (!std::filesystem::is_directory(root))
            QSKIP("MNIST is not there (../shared/data/mnist)");
        const auto data = block(root);
        const auto train = data->open(Split::train, 1);
        const auto validation = data->open(Split::validation, 1);
        QCOMPARE(train->size(), 8000);
        QCOMPARE(validation->size(), 2000);
        std::vector<int> counts(10);
        for (std::int64_t i = 0; i < train->size(); ++i)
            ++counts[std::size_t(train->get(i).labels[0][0])];
        QVERIFY(*std::ranges::min_element(counts) > 600); // fives are the rarest: 892 of 10 000
        const Sample sample = train->get(0);
        const float ink = *std::ranges::max_element(sample.image);
        QVERIFY(ink > 0.9f && ink <= 1);
        QCOMPARE(sample.image[35], 0.0f);
    }
};

CONCORD_TEST(MultiMnistTest)
#include "multi_mnist_test.moc"
