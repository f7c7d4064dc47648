#include "core/session/session.h"
#include "core/tensor/tensor.h"

#include <nlohmann/json.hpp>
#include <torch/version.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <thread>

#include <unistd.h>

namespace concord {

namespace {

/// "model name" of the first processor; "" where the system does not say.
std::string processorName()
{
    std::ifstream facts("/proc/cpuinfo");
    for (std::string line; std::getline(facts, line);)
        if (const std::size_t colon = line.find(':'); line.starts_with("model name") && colon != std::string::npos)
            return trim(line.substr(colon + 1));
    return {};
}

} // namespace

std::string environmentJson(const Plan &plan)
{
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    const char *wait = std::getenv("OMP_WAIT_POLICY");
    const int cores = int(std::max(1u, std::thread::hardware_concurrency()));
    const nlohmann::json facts = {
        {"concord", "0.1.0"},
        {"libtorch", TORCH_VERSION},
        {"compiler", __VERSION__},
        {"host", host},
        {"processor", processorName()},
        {"cores", cores},
        {"threads", plan.threads > 0 ? plan.threads : std::int64_t(cores)},
        {"device", plan.device},
        {"cuda", at::hasCUDA()},
        {"mkldnn", at::hasMKLDNN()},
        {"precision", plan.precision},
        {"channels_last", plan.channelsLast},
        {"seed", plan.seed},
        {"omp_wait_policy", wait ? wait : ""},
    };
    return facts.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace concord
