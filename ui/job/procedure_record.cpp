#include "ui/job/procedure_record.h"

#include "core/base/file.h"

#include <nlohmann/json.hpp>

namespace concord {

namespace {

/// As RunStore::folder, without opening the project.
std::filesystem::path recordFile(const std::filesystem::path &project)
{
    std::filesystem::path folder = project;
    return folder.replace_extension(".files") / "procedure.json";
}

} // namespace

void rememberProcedure(const std::filesystem::path &project, const ProcedureOrder &order)
{
    nlohmann::json params = nlohmann::json::object();
    for (const auto &[name, value] : order.params)
        std::visit([&params, &name = name](const auto &held) { params[name] = held; }, value);
    const nlohmann::json record = {{"procedure", order.procedure}, {"params", params}, {"front", order.front}, {"experiment", nlohmann::json::parse(toJson(order.experiment))}};
    std::filesystem::create_directories(recordFile(project).parent_path());
    writeFileAtomically(recordFile(project), record.dump(2) + "\n");
}

void forgetProcedure(const std::filesystem::path &project)
{
    std::error_code none;
    std::filesystem::remove(recordFile(project), none);
}

std::optional<ProcedureOrder> unfinishedProcedure(const std::filesystem::path &project)
{
    if (!std::filesystem::exists(recordFile(project)))
        return std::nullopt;
    try {
        const nlohmann::json record = nlohmann::json::parse(readFile(recordFile(project)));
        ProcedureOrder order{.procedure = record.at("procedure"), .experiment = experimentFromJson(record.at("experiment").dump(), "procedure.json"), .front = record.at("front")};
        const std::unique_ptr<Procedure> procedure = ProcedureRegistry::instance().make(order.procedure);
        for (const ParamSpec &spec : listParams(*procedure))
            if (const auto value = record.at("params").find(spec.name); value != record.at("params").end())
                order.params[spec.name] = std::visit([&value = *value](const auto &held) { return ParamValue(value.template get<std::decay_t<decltype(held)>>()); }, spec.value);
        return order;
    } catch (const std::exception &) {
        return std::nullopt;
    }
}

} // namespace concord
