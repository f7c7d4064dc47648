#include "core/data/folder/label_file.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/file/image_file.h"
#include "core/data/file/npy.h"

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

class LabelReader
{
public:
    LabelReader(const std::filesystem::path &file, const FolderTask &task, ImageSize size)
        : file_(file)
        , name_(file.string())
        , task_(task)
        , size_(size)
        , channels_(task.info.kind == TaskKind::normals ? 3 : 1)
    {
    }

    std::vector<float> read()
    {
        const bool isNpy = file_.extension() == ".npy";
        std::vector<float> values = isNpy ? fromNpy() : fromImage();
        const auto bad = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
        if (bad != values.end())
            throw Error("{}: {} expected finite numbers, found {} at {}", name_, name(task_.info.kind), *bad, place(bad - values.begin()));
        switch (task_.info.kind) {
        case TaskKind::segmentation:
        case TaskKind::classification:
            checkClasses(values);
            break;
        case TaskKind::depth: {
            const double scale = task_.scale != 0 ? task_.scale : isNpy ? 1 : 0.001;
            std::ranges::transform(values, values.begin(), [scale](float value) { return float(value * scale); });
            break;
        }
        case TaskKind::normals:
            checkNormals(values, isNpy ? 0.05f : 0.2f); // eight bits a component allow for less
            break;
        case TaskKind::edges:
        case TaskKind::saliency:
        case TaskKind::multilabel:
            decide(values);
            break;
        case TaskKind::regression:
            break;
        case TaskKind::boxes:
            checkBoxes(values);
            values.resize(std::size_t(mostBoxes * boxNumbers), -1);
            break;
        }
        return values;
    }

private:
    std::string place(std::ptrdiff_t index) const
    {
        if (!isDense(task_.info.kind))
            return fmt::format("position {}", index);
        const std::int64_t pixel = index % (size_.height * size_.width);
        return fmt::format("column {}, row {}", pixel % size_.width, pixel / size_.width);
    }

    std::vector<float> fromNpy() const
    {
        NpyArray array = readNpy(file_);
        if (task_.info.kind == TaskKind::boxes) {
            if (array.shape.size() != 2 || array.shape[0] > mostBoxes || array.shape[1] != boxNumbers)
                throw Error("{}: expected at most {} rows of {} numbers (class id, left, top, right, bottom), found the shape {}", name_, mostBoxes, boxNumbers,
                            array.shape.empty() ? "a single value" : shapeText(array.shape));
            return std::move(array.values);
        }
        if (!isDense(task_.info.kind)) {
            const std::int64_t expected = task_.info.kind == TaskKind::classification ? 1 : task_.info.classes;
            if (std::int64_t(array.values.size()) != expected)
                throw Error("{}: expected {} values, found the shape {}", name_, expected, shapeText(array.shape));
            return std::move(array.values);
        }
        const Shape flat = {size_.height, size_.width};
        const Shape first = {channels_, size_.height, size_.width};
        const Shape last = {size_.height, size_.width, channels_};
        if ((channels_ == 1 && array.shape == flat) || array.shape == first || (channels_ == 1 && array.shape == last))
            return std::move(array.values);
        if (array.shape != last)
            throw Error("{}: expected the shape {} as its image, found {}", name_, shapeText(channels_ == 1 ? flat : first),
                        array.shape.empty() ? "a single value" : shapeText(array.shape));
        std::vector<float> planes(array.values.size());
        const std::size_t pixels = planes.size() / 3;
        for (std::size_t i = 0; i < planes.size(); ++i)
            planes[i % 3 * pixels + i / 3] = array.values[i];
        return planes;
    }

    std::vector<float> fromImage() const
    {
        if (!isDense(task_.info.kind))
            throw Error("{}: a label of kind {} expected a .npy file, found '{}'", name_, name(task_.info.kind), file_.extension().string());
        cv::Mat image = readImageFile(file_, ImageForm::asIs);
        if (image.rows != size_.height || image.cols != size_.width)
            throw Error("{}: expected the size of its image, {}×{} (height × width), found {}×{}", name_, size_.height, size_.width, image.rows, image.cols);
        if (image.channels() != channels_)
            throw Error("{}: a label of kind {} expected {}, found {} channels", name_, name(task_.info.kind),
                        channels_ == 1 ? "a grey image (one channel, no palette)" : "3 channels", image.channels());
        image.convertTo(image, CV_32F);
        const std::size_t pixels = std::size_t(size_.height * size_.width);
        std::vector<float> values(pixels * std::size_t(channels_));
        for (int y = 0; y < image.rows; ++y)
            for (int x = 0; x < image.cols * int(channels_); ++x) {
                const auto channel = std::size_t(channels_ - 1 - x % channels_); // blue comes first
                values[channel * pixels + std::size_t(y) * std::size_t(image.cols) + std::size_t(x / channels_)] = image.ptr<float>(y)[x];
            }
        if (channels_ == 3)
            decodeNormals(values);
        return values;
    }

    static void decodeNormals(std::vector<float> &values)
    {
        const std::size_t pixels = values.size() / 3;
        for (std::size_t i = 0; i < pixels; ++i) {
            float *v[3] = {&values[i], &values[pixels + i], &values[2 * pixels + i]};
            const bool isUnknown = *v[0] == 0 && *v[1] == 0 && *v[2] == 0;
            for (float *component : v)
                *component = isUnknown ? 0 : *component / 127.5f - 1;
        }
    }

    void checkClasses(const std::vector<float> &values) const
    {
        const auto count = float(task_.info.classes);
        const auto ignore = float(task_.info.ignore);
        const auto bad =
            std::ranges::find_if(values, [&](float value) { return value != ignore && !(value >= 0 && value < count && value == std::floor(value)); });
        if (bad != values.end())
            throw Error("{}: expected class ids 0 … {}{}, found {} at {}", name_, task_.info.classes - 1,
                        task_.info.ignore >= 0 ? fmt::format(" or {} (unlabelled)", task_.info.ignore) : "", *bad, place(bad - values.begin()));
    }

    void checkBoxes(const std::vector<float> &values) const
    {
        for (std::size_t row = 0; row < values.size(); row += boxNumbers) {
            const float *box = values.data() + row;
            const std::size_t number = row / boxNumbers;
            if (box[0] < 0 || box[0] >= float(task_.info.classes) || box[0] != std::floor(box[0]))
                throw Error("{}: expected class ids 0 … {}, found {} at row {}", name_, task_.info.classes - 1, box[0], number);
            if (box[1] < 0 || box[1] >= box[3] || box[3] > 1 || box[2] < 0 || box[2] >= box[4] || box[4] > 1)
                throw Error("{}: expected left < right and top < bottom as shares of the image from 0 to 1, found {:g}, {:g}, {:g}, {:g} at row {}", name_, box[1],
                            box[2], box[3], box[4], number);
        }
    }

    void checkNormals(std::vector<float> &values, float tolerance) const
    {
        const std::size_t pixels = values.size() / 3;
        for (std::size_t i = 0; i < pixels; ++i) {
            float *v[3] = {&values[i], &values[pixels + i], &values[2 * pixels + i]};
            const float norm = std::hypot(*v[0], *v[1], *v[2]);
            if (norm == 0)
                continue;
            if (std::abs(norm - 1) > tolerance)
                throw Error("{}: expected normals of length 1, or 0 for unknown, found length {:.3g} at {}", name_, norm, place(std::ptrdiff_t(i)));
            for (float *component : v)
                *component /= norm;
        }
    }

    void decide(std::vector<float> &values) const
    {
        for (std::size_t i = 0; i < values.size(); ++i) {
            float &value = values[i];
            if (task_.info.ignore >= 0 && value == float(task_.info.ignore))
                value = -1;
            else if (task_.threshold > 0)
                value = value >= float(task_.threshold) ? 1 : 0;
            else if (value == 1 || value == 255)
                value = 1;
            else if (value > 0)
                throw Error("{}: {} expected 0 for no and 1 or 255 for yes, found {} at {} (threshold=128 would decide)", name_, name(task_.info.kind), value,
                            place(std::ptrdiff_t(i)));
        }
    }

    const std::filesystem::path file_;
    const std::string name_;
    const FolderTask &task_;
    const ImageSize size_;
    const std::int64_t channels_;
};

} // namespace

std::vector<float> readLabelFile(const std::filesystem::path &file, const FolderTask &task, ImageSize size)
{
    return LabelReader(file, task, size).read();
}

} // namespace concord
