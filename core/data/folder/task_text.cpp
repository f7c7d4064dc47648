#include "core/data/folder/task_text.h"

#include "core/base/error.h"
#include "core/base/text.h"
#include "core/data/dataset.h"

#include <algorithm>
#include <charconv>
#include <cmath>

namespace concord {

namespace {

double taskNumber(const std::string &text, const std::string &option, const std::string &value, double low)
{
    double number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size() || !std::isfinite(number) || number < low)
        throw Error("task '{}': {} expected a number of at least {:g}, found '{}'", text, option, low, value);
    return number;
}

std::int64_t wholeTaskNumber(const std::string &text, const std::string &option, const std::string &value, double low)
{
    const double number = taskNumber(text, option, value, low);
    if (number != std::floor(number) || number > 65535)
        throw Error("task '{}': {} expected a whole number up to 65535, found '{}'", text, option, value);
    return std::int64_t(number);
}

void readTaskOption(FolderTask &task, const std::string &text, const std::string &part)
{
    static const std::vector<std::string> options = {"classes", "ignore", "scale", "names", "threshold", "from"};
    const std::size_t equals = part.find('=');
    const std::string option = trim(part.substr(0, equals));
    const std::string value = trim(part.substr(equals + 1));
    if (option == "classes")
        task.info.classes = wholeTaskNumber(text, option, value, 1);
    else if (option == "ignore")
        task.info.ignore = wholeTaskNumber(text, option, value, 0);
    else if (option == "scale")
        task.scale = taskNumber(text, option, value, 1e-12);
    else if (option == "names")
        task.info.classNames = split(value, '|');
    else if (option == "threshold")
        task.threshold = taskNumber(text, option, value, 1e-12);
    else if (option == "from")
        task.from = value;
    else
        throw Error("task '{}': expected options {}, found '{}'{}", text, join(options, ", "), option, didYouMean(option, options));
}

void finishClasses(FolderTask &task, const std::string &text)
{
    TaskInfo &info = task.info;
    const bool isCounted = info.kind == TaskKind::segmentation || info.kind == TaskKind::classification || !isDense(info.kind);
    const auto named = std::int64_t(info.classNames.size());
    if (isCounted && info.classes == 0)
        info.classes = named;
    if (isCounted && info.classes == 0)
        throw Error("task '{}': expected classes=N for kind {}, found none", text, name(info.kind));
    if (isCounted && named != 0 && named != info.classes)
        throw Error("task '{}': expected {} class names, found {}", text, info.classes, named);
    if (!isCounted)
        info.classes = info.kind == TaskKind::normals ? 3 : 1;
    if (info.kind == TaskKind::depth)
        info.unit = "m";
}

FolderTask parseFolderTask(const std::string &text)
{
    const std::vector<std::string> parts = split(text, ':');
    if (parts.size() < 2 || trim(parts[0]).empty())
        throw Error("task '{}': expected name:kind:folder:option=value, found {}", text, parts.size() < 2 ? "no kind" : "no name");
    FolderTask task;
    task.info.name = trim(parts[0]);
    task.info.kind = taskKind(trim(parts[1]));
    task.folder = task.info.name;
    for (std::size_t i = 2; i < parts.size(); ++i) {
        if (parts[i].find('=') != std::string::npos)
            readTaskOption(task, text, parts[i]);
        else if (i == 2)
            task.folder = trim(parts[i]).empty() ? task.info.name : trim(parts[i]);
        else
            throw Error("task '{}': expected option=value, found '{}'", text, parts[i]);
    }
    finishClasses(task, text);
    return task;
}

} // namespace

std::vector<FolderTask> parseFolderTasks(const std::vector<std::string> &texts)
{
    if (texts.empty())
        throw Error("tasks: expected at least one such as 'segmentation:segmentation:labels:classes=11', found none");
    std::vector<FolderTask> tasks;
    for (const std::string &text : texts) {
        FolderTask task = parseFolderTask(text);
        const auto isSame = [](const std::string &name) { return [&name](const FolderTask &other) { return other.info.name == name; }; };
        if (std::ranges::any_of(tasks, isSame(task.info.name)))
            throw Error("tasks: expected different names, found '{}' twice", task.info.name);
        if (!task.from.empty()) {
            const auto source = std::ranges::find_if(tasks, isSame(task.from));
            if (task.info.kind != TaskKind::edges)
                throw Error("task '{}': expected from=… for kind edges only, found kind {}", text, name(task.info.kind));
            if (source == tasks.end() || source->info.kind != TaskKind::segmentation)
                throw Error("task '{}': expected from= to name a segmentation task listed before it, found '{}'", text, task.from);
        }
        tasks.push_back(std::move(task));
    }
    return tasks;
}

} // namespace concord
