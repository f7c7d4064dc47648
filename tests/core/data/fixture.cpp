#include "tests/core/data/fixture.h"

#include <opencv2/imgcodecs.hpp>
#include <zlib.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace concord::test {

std::filesystem::path Fixture::path(const std::string &name) const
{
    return std::filesystem::path(dir_.path().toStdString()) / name;
}

std::filesystem::path Fixture::bytes(const std::string &name, const std::string &content) const
{
    std::filesystem::create_directories(path(name).parent_path());
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
}

std::filesystem::path Fixture::image(const std::string &name, const cv::Mat &image) const
{
    std::filesystem::create_directories(path(name).parent_path());
    if (!cv::imwrite(path(name).string(), image))
        throw std::runtime_error("fixture could not be written");
    return path(name);
}

std::filesystem::path Fixture::npy(const std::string &name, const std::string &descr, const std::string &shape, const std::string &raw) const
{
    std::string header = "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }";
    header.resize((header.size() + 11 + 63) / 64 * 64 - 11, ' ');
    header += '\n';
    return bytes(name, std::string("\x93NUMPY\x01\x00", 8) + char(header.size() % 256) + char(header.size() / 256) + header + raw);
}

std::filesystem::path Fixture::npy(const std::string &name, const std::string &shape, const std::vector<float> &values) const
{
    return npy(name, "<f4", shape, std::string(reinterpret_cast<const char *>(values.data()), 4 * values.size()));
}

std::filesystem::path Fixture::idx(const std::string &name, const std::vector<std::uint32_t> &shape, const std::string &values, bool isGzip) const
{
    std::string all = {0, 0, 8, char(shape.size())};
    for (const std::uint32_t size : shape)
        for (int shift = 24; shift >= 0; shift -= 8)
            all += char(size >> shift & 0xff);
    all += values;
    if (!isGzip)
        return bytes(name, all);
    std::filesystem::create_directories(path(name).parent_path());
    const gzFile file = gzopen(path(name).c_str(), "wb");
    gzwrite(file, all.data(), unsigned(all.size()));
    gzclose(file);
    return path(name);
}

std::string content(const std::filesystem::path &file)
{
    std::ifstream stream(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::string complaint(const std::function<void()> &call)
{
    try {
        call();
    } catch (const Error &error) {
        return error.what();
    }
    return {};
}

std::shared_ptr<DataBlock> dataBlock(const std::string &id, const ParamMap &params)
{
    const std::shared_ptr<Block> block = BlockRegistry::instance().make(id);
    setParams(*block, params, id);
    return std::dynamic_pointer_cast<DataBlock>(block);
}

CountingDataset::CountingDataset(std::int64_t size, std::int64_t failing)
    : size_(size)
    , failing_(failing)
{
    info_.image = {2, 3, 4};
    info_.tasks = {{.name = "seg", .kind = TaskKind::segmentation, .classes = 5},
                   {.name = "depth", .kind = TaskKind::depth, .classes = 1},
                   {.name = "normals", .kind = TaskKind::normals, .classes = 3},
                   {.name = "digit", .kind = TaskKind::classification, .classes = 10}};
    for (const TaskInfo &task : info_.tasks)
        info_.labelShapes.push_back(labelShape(task, info_.image));
}

Sample CountingDataset::get(std::int64_t index) const
{
    if (index == failing_)
        throw Error("sample {}: expected to work, found a fault", index);
    Sample sample;
    sample.image.assign(24, float(index));
    for (std::size_t task = 0; task < info_.tasks.size(); ++task)
        sample.labels.emplace_back(std::size_t(elementCount(info_.labelShapes[task])), float(task) + float(index) / 100);
    return sample;
}

} // namespace concord::test
