#include "core/exporter/export_file.h"

#include "core/base/error.h"

#include <nlohmann/json.hpp>

namespace concord {

double writeChecked(const std::filesystem::path &out, const std::function<double(const std::filesystem::path &)> &write)
{
    namespace fs = std::filesystem;
    const fs::path folder = out.has_parent_path() ? out.parent_path() : fs::path(".");
    std::error_code problem;
    if (!fs::is_directory(folder, problem))
        throw Error("{}: expected a folder to write into, found none", folder.string());
    if (fs::is_directory(out, problem))
        throw Error("{}: expected a file name, found a folder", out.string());
    const fs::path temporary = out.string() + ".part";
    try {
        const double result = write(temporary);
        fs::rename(temporary, out);
        return result;
    } catch (const Error &) {
        fs::remove(temporary, problem);
        throw;
    } catch (const std::exception &error) {
        fs::remove(temporary, problem);
        const std::string text = error.what();
        throw Error("{}: could not be written: {}", out.string(), text.substr(0, text.find('\n')));
    }
}

std::string describeModel(const Model &model, const DatasetInfo &data)
{
    nlohmann::json tasks = nlohmann::json::array();
    for (const ModelTask &task : model.tasks())
        tasks.push_back({{"name", task.info.name}, {"kind", name(task.info.kind)}, {"classes", task.info.classes}, {"unit", task.info.unit}, {"classNames", task.info.classNames}});
    return nlohmann::json{{"format", "concord model 1"}, {"tasks", tasks}, {"input", {{"shape", data.image}, {"range", "0 … 1"}, {"mean", data.mean}, {"deviation", data.deviation}}}}.dump();
}

} // namespace concord
