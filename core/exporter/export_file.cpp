#include "core/exporter/export_file.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>

namespace concord {

namespace {

namespace fs = std::filesystem;

/// A name that nobody has, whose file is removed unless it was kept.
class ExportDraft
{
public:
    explicit ExportDraft(const fs::path &out)
        : out_(out)
    {
        static std::atomic<unsigned> count = 0;
        do
            name_ = fmt::format("{}.{}-{}.part", out.string(), ::getpid(), count++);
        while (fs::exists(name_));
    }
    ~ExportDraft()
    {
        std::error_code problem;
        fs::remove(name_, problem);
    }
    ExportDraft(const ExportDraft &) = delete;
    ExportDraft &operator=(const ExportDraft &) = delete;

    const fs::path &name() const { return name_; }

    /// On disk first, then under its name.
    void keep() const
    {
        const int descriptor = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
        const bool isOnDisk = descriptor >= 0 && ::fsync(descriptor) == 0;
        const int problem = errno;
        if (descriptor >= 0)
            ::close(descriptor);
        if (!isOnDisk)
            throw Error("{}: could not be written: {}", out_.string(), std::strerror(problem));
        fs::rename(name_, out_);
    }

private:
    const fs::path &out_;
    fs::path name_;
};

} // namespace

double writeChecked(const fs::path &out, const std::function<double(const fs::path &)> &write)
{
    const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
    std::error_code problem;
    if (!fs::is_directory(folder, problem))
        throw Error("{}: expected a folder to write into, found {}", folder.string(), fs::exists(folder, problem) ? "a file" : "none");
    if (out.filename().empty() || fs::is_directory(out, problem))
        throw Error("{}: expected a file name, found a folder", out.string());
    const ExportDraft draft(out);
    try {
        const double result = write(draft.name());
        draft.keep();
        return result;
    } catch (const Error &) {
        throw;
    } catch (const std::exception &error) {
        // LibTorch's messages go on for many lines of a stack trace.
        const std::string text = error.what();
        throw Error("{}: could not be written: {}", out.string(), text.substr(0, text.find('\n')));
    }
}

std::string describeModel(const Model &model, const DatasetInfo &data, bool sizeIsFree)
{
    nlohmann::json tasks = nlohmann::json::array();
    for (const ModelTask &task : model.tasks())
        tasks.push_back({{"name", task.info.name}, {"kind", name(task.info.kind)}, {"classes", task.info.classes}, {"ignore", task.info.ignore}, {"unit", task.info.unit}, {"classNames", task.info.classNames}});
    nlohmann::json free = {"batch"};
    if (sizeIsFree)
        free.insert(free.end(), {"height", "width"});
    return nlohmann::json{{"format", "concord model 1"},
                          {"tasks", tasks},
                          {"input", {{"shape", data.image}, {"free", free}, {"range", "0 … 1"}, {"mean", data.mean}, {"deviation", data.deviation}}}}
        .dump();
}

} // namespace concord
