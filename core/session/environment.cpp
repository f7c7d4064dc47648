#include "core/session/session.h"
#include "core/tensor/tensor.h"

#include <ATen/Parallel.h>
#include <nlohmann/json.hpp>
#include <torch/version.h>

#include <thread>

#include <unistd.h>

namespace concord {

std::string environmentJson(const Plan &plan)
{
    char host[256] = {};
    gethostname(host, sizeof host - 1);
    const char *wait = std::getenv("OMP_WAIT_POLICY");
    const nlohmann::json facts = {
        {"concord", "0.1.0"},
        {"libtorch", TORCH_VERSION},
        {"compiler", __VERSION__},
        {"host", host},
        {"cores", int(std::thread::hardware_concurrency())},
        {"threads", plan.threads > 0 ? plan.threads : std::int64_t(at::get_num_threads())},
        {"device", plan.device},
        {"cuda", at::hasCUDA()},
        {"mkldnn", at::hasMKLDNN()},
        {"precision", plan.precision},
        {"channels_last", plan.channelsLast},
        {"seed", plan.seed},
        {"omp_wait_policy", wait ? wait : ""},
    };
    return facts.dump();
}

} // namespace concord
