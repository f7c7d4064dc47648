#include "core/base/error.h"
#include "core/base/random.h"
#include "core/data/file/idx.h"
#include "core/data/missing_labels.h"
#include "core/data/subset.h"

#include <algorithm>

namespace concord {

namespace {

struct MnistDigits
{
    std::vector<std::uint8_t> images; ///< [count, 28, 28]
    std::vector<std::uint8_t> labels;

    static constexpr std::int64_t side = 28;
    std::int64_t size() const { return std::int64_t(labels.size()); }
    const std::uint8_t *image(std::int64_t index) const { return images.data() + index * side * side; }
};

/// Pairs of digits on one canvas, one at the top left and one at the bottom right, the brighter pixel winning where they overlap
/// (Sabour et al., NeurIPS 2017; as tasks: Sener and Koltun, NeurIPS 2018). Every digit comes first once per pass; its partner is random.
class DigitPairs : public Dataset
{
public:
    static constexpr std::int64_t side = 36;

    DigitPairs(DatasetInfo info, std::shared_ptr<const MnistDigits> digits, std::vector<std::int64_t> indices, std::int64_t count, std::uint64_t seed)
        : info_(std::move(info))
        , digits_(std::move(digits))
        , indices_(std::move(indices))
        , count_(count)
        , seed_(seed)
    {
    }

    const DatasetInfo &info() const override { return info_; }
    std::int64_t size() const override { return count_; }

    Sample get(std::int64_t index) const override
    {
        const auto count = std::uint64_t(indices_.size());
        const std::int64_t first = indices_[std::size_t(std::uint64_t(index) % count)];
        const std::int64_t second = indices_[std::size_t(Random(seed_, std::uint64_t(index), 0x70616972).below(count))];
        Sample sample;
        sample.image.resize(side * side);
        put(first, 0, sample.image);
        put(second, side - MnistDigits::side, sample.image);
        for (const std::int64_t digit : {first, second})
            sample.labels.push_back({float(digits_->labels[std::size_t(digit)])});
        return sample;
    }

private:
    void put(std::int64_t digit, std::int64_t corner, std::vector<float> &canvas) const
    {
        const std::uint8_t *pixels = digits_->image(digit);
        for (std::int64_t y = 0; y < MnistDigits::side; ++y)
            for (std::int64_t x = 0; x < MnistDigits::side; ++x) {
                float &target = canvas[std::size_t((y + corner) * side + x + corner)];
                target = std::max(target, float(pixels[y * MnistDigits::side + x]) / 255.0f);
            }
    }

    DatasetInfo info_;
    std::shared_ptr<const MnistDigits> digits_;
    std::vector<std::int64_t> indices_;
    std::int64_t count_;
    std::uint64_t seed_;
};

/// Two digits in one image, one task each: the small classic of multi-task learning.
class MultiMnist : public DataBlock
{
public:
    void params(ParamVisitor &v) override
    {
        v("root", root_,
          {.help = "Folder with the idx files of MNIST (train-images-idx3-ubyte and so on), plain or .gz; the test digits (t10k-…) alone are enough",
           .label = "Folder",
           .path = true});
        v("validationShare", validationShare_,
          {.help = "Share of the digits that only validation images are made of", .label = "Validation share", .min = 0.001, .max = 0.9});
        v("train", train_, {.help = "Number of training images; 0 makes one for each training digit", .label = "Training images", .min = 0, .max = 1e9});
        v("validation", validation_,
          {.help = "Number of validation images; 0 makes one for each validation digit", .label = "Validation images", .min = 0, .max = 1e9});
        v("missing", missing_,
          {.help = "Probability that a training image lacks the label of a task, for each task by itself", .label = "Missing labels", .min = 0, .max = 1});
        v("seed", seed_, {.help = "Start of the division of the digits and of their pairing", .min = 0});
    }

    DatasetInfo describe() const override
    {
        DatasetInfo info;
        info.image = {1, DigitPairs::side, DigitPairs::side};
        info.mean = {0.1307f}; // of MNIST, as everybody uses them; two digits on a larger canvas come near
        info.deviation = {0.3081f};
        info.mayFlip = false;
        for (const char *name : {"top_left", "bottom_right"}) {
            info.tasks.push_back(
                {.name = name, .kind = TaskKind::classification, .classes = 10, .classNames = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}});
            info.labelShapes.push_back({});
        }
        return info;
    }

    /// Ports do not depend on the disk, but a missing file is a problem of the node at once.
    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        filesOf(Split::train);
        return DataBlock::infer(inputs, repeats);
    }

    /// Training and validation images never share a digit. The test is made of the t10k digits where train digits are there
    /// too, and of validation images otherwise. The run's seed does not matter: runs that differ in it see the same images.
    std::shared_ptr<const Dataset> open(Split split, std::uint64_t) const override
    {
        const Files files = filesOf(split);
        const std::shared_ptr<const MnistDigits> digits = readDigits(files);
        const bool isOwn = split == Split::test && files.images != filesOf(Split::train).images;
        std::vector<std::int64_t> indices =
            isOwn ? divide(digits->size(), 0, 0, 0).train : divide(digits->size(), validationShare_, 0, std::uint64_t(seed_)).of(split);
        if (indices.empty())
            throw Error("{}: expected at least 2 digits to divide, found {}", files.images.string(), digits->size());
        const std::int64_t wanted = split == Split::train ? train_ : validation_;
        const std::int64_t count = wanted > 0 ? wanted : std::int64_t(indices.size());
        const auto seed = std::uint64_t(seed_);
        auto dataset = std::make_shared<DigitPairs>(describe(), digits, std::move(indices), count, seed + std::uint64_t(split) * 0x5851f42d4c957f2d);
        return split == Split::train ? withholdLabels(std::move(dataset), missing_, seed) : dataset;
    }

    std::string summary() const override { return "two digits, 36×36"; }

private:
    struct Files
    {
        std::filesystem::path images;
        std::filesystem::path labels;
    };

    std::filesystem::path find(const std::string &name) const
    {
        for (const char *ending : {"", ".gz"}) {
            std::filesystem::path file = std::filesystem::path(root_) / (name + ending);
            if (std::filesystem::is_regular_file(file))
                return file;
        }
        return {};
    }

    Files filesOf(Split split) const
    {
        if (root_.empty())
            throw Error("root: expected a folder with the idx files of MNIST, found none");
        if (!std::filesystem::is_directory(root_))
            throw Error("{}: expected a folder with the idx files of MNIST, found {}", root_, std::filesystem::exists(root_) ? "a file" : "nothing");
        std::vector<std::string> prefixes = {"train", "t10k"};
        if (split == Split::test)
            std::ranges::reverse(prefixes);
        for (const std::string &prefix : prefixes) {
            const Files files{find(prefix + "-images-idx3-ubyte"), find(prefix + "-labels-idx1-ubyte")};
            if (files.images.empty() != files.labels.empty())
                throw Error("{}: expected {}-images-idx3-ubyte and {}-labels-idx1-ubyte (or .gz), found only the {}", root_, prefix, prefix,
                            files.labels.empty() ? "images" : "labels");
            if (!files.images.empty())
                return files;
        }
        throw Error("{}: expected train-images-idx3-ubyte or t10k-images-idx3-ubyte with its labels (or .gz), found neither", root_);
    }

    static std::shared_ptr<const MnistDigits> readDigits(const Files &files)
    {
        IdxArray images = readIdx(files.images, 3);
        IdxArray labels = readIdx(files.labels, 1);
        if (images.shape[1] != MnistDigits::side || images.shape[2] != MnistDigits::side)
            throw Error("{}: expected images of 28×28, found {}×{}", files.images.string(), images.shape[1], images.shape[2]);
        if (images.shape[0] == 0)
            throw Error("{}: expected at least one digit, found none", files.images.string());
        if (labels.shape[0] != images.shape[0])
            throw Error("{}: expected {} labels as {} has images, found {}", files.labels.string(), images.shape[0], files.images.filename().string(),
                        labels.shape[0]);
        const auto bad = std::ranges::find_if(labels.values, [](std::uint8_t label) { return label > 9; });
        if (bad != labels.values.end())
            throw Error("{}: expected labels 0 … 9, found {} at position {}", files.labels.string(), *bad, bad - labels.values.begin());
        return std::make_shared<MnistDigits>(MnistDigits{std::move(images.values), std::move(labels.values)});
    }

    std::string root_;
    double validationShare_ = 0.2;
    std::int64_t train_ = 0;
    std::int64_t validation_ = 0;
    double missing_ = 0;
    std::int64_t seed_ = 1;
};

} // namespace

static const Register<Block, MultiMnist> registeredMultiMnist{Card{
    .id = "multi_mnist",
    .title = "MultiMNIST",
    .category = "Data",
    .summary = "Two handwritten digits in one image; each is a classification task.",
    .paper = "Sener and Koltun, NeurIPS 2018, after Sabour et al., NeurIPS 2017",
}};

} // namespace concord
