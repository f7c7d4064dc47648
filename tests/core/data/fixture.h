#pragma once

#include "core/base/error.h"
#include "core/data/dataset.h"

#include <opencv2/core/mat.hpp>

#include <QTemporaryDir>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace concord::test {

/// A folder that goes with the test.
class Fixture
{
public:
    std::filesystem::path path(const std::string &name = {}) const;
    std::filesystem::path bytes(const std::string &name, const std::string &content) const;
    std::filesystem::path image(const std::string &name, const cv::Mat &image) const;
    /// `raw` as the data of a .npy file of format 1 with this descr and shape text.
    std::filesystem::path npy(const std::string &name, const std::string &descr, const std::string &shape, const std::string &raw) const;
    std::filesystem::path npy(const std::string &name, const std::string &shape, const std::vector<float> &values) const;
    std::filesystem::path idx(const std::string &name, const std::vector<std::uint32_t> &shape, const std::string &values, bool isGzip = false) const;

private:
    QTemporaryDir dir_;
};

/// A whole file.
std::string content(const std::filesystem::path &file);

/// What the Error thrown by `call` says; empty when none is thrown.
std::string complaint(const std::function<void()> &call);

/// A data block of the registry with these parameters.
std::shared_ptr<DataBlock> dataBlock(const std::string &id, const ParamMap &params);

/// Samples that are easy to tell apart: image [2, 3, 4] filled with the index, one label per task with task + index / 100.
class CountingDataset : public Dataset
{
public:
    explicit CountingDataset(std::int64_t size, std::int64_t failing = -1);
    const DatasetInfo &info() const override { return info_; }
    std::int64_t size() const override { return size_; }
    Sample get(std::int64_t index) const override;

private:
    DatasetInfo info_;
    std::int64_t size_;
    std::int64_t failing_;
};

} // namespace concord::test

/// Every part must occur in what `call` complains of, and it must be one line.
#define VERIFY_COMPLAINT(call, ...)                                                                                                                            \
    do {                                                                                                                                                       \
        const std::string said = concord::test::complaint([&] { call; });                                                                                      \
        QVERIFY2(!said.empty(), "nothing was thrown");                                                                                                         \
        QVERIFY2(said.find('\n') == std::string::npos, said.c_str());                                                                                          \
        for (const std::string &part : std::vector<std::string>{__VA_ARGS__})                                                                                  \
            QVERIFY2(said.find(part) != std::string::npos, (said + "  lacks  " + part).c_str());                                                               \
    } while (false)
