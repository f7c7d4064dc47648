#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace concord {

/// What a run says while it goes on: plain values, made by the trainer, kept by the store, drawn by the views.

/// One number of a series. Names: "loss/<task>", "weight/<task>", "val/<task>/<metric>", "val/<task>/loss",
/// "auxiliary/<node>" (a further term of the objective), "after/<task>" (cosine of the task's shared gradient and the shared update, where measured),
/// "baseline/<task>/<metric>" (best constant predictor, once), "lr", "residual", "ms_per_step", "images_per_s", "epoch", "val/mean".
struct ScalarEvent
{
    std::string series = {};
    std::int64_t step = 0;
    double seconds = 0;   ///< training time since the run began, pauses excluded
    double value = 0;
};

/// Gramian of the task gradients of one block, or of all shared parameters (block = ""). Row-major [tasks, tasks].
struct GramianEvent
{
    std::int64_t step = 0;
    std::string block = {};
    std::vector<float> values = {};
};

/// One plane of a probe sample at an evaluation. `kind` is "image", "truth" or "prediction".
/// Planes hold 8-bit data ready to store: image RGB (or grey), segmentation class ids, edges 0…255, normals (n+1)/2·255 RGB;
/// depth is 16-bit little endian in units of `scale` metres; class scores are float32.
struct PredictionEvent
{
    std::int64_t step = 0;
    int sample = 0;
    std::string task = {};   ///< "" for the image
    std::string kind = {};
    int width = 0;
    int height = 0;
    int channels = 1;
    int bytesPerValue = 1;
    double scale = 1;
    std::vector<std::uint8_t> data = {};
};

enum class RunState { queued, running, paused, finished, stopped, failed, interrupted };
const char *name(RunState state);
RunState runState(const std::string &name);

struct StateEvent
{
    RunState state = RunState::queued;
    std::int64_t step = 0;
    std::int64_t totalSteps = 0;
    std::string message = {};   ///< why it failed or stopped: one sentence
};

struct LogEvent
{
    enum class Level { info, warning, error };
    Level level = Level::info;
    std::int64_t step = 0;
    std::string text = {};
};

struct CheckpointEvent
{
    std::int64_t step = 0;
    std::string kind = {};   ///< "last" or "best"
    std::string file = {};   ///< relative to the project's folder
    std::string sha256 = {};
};

/// What a layer decided (Layer::Probe), where measured: gates of tasks over experts, routing. Row-major [rows, columns].
struct ProbeEvent
{
    std::int64_t step = 0;
    std::string node = {};
    std::string name = {};
    std::vector<std::string> rows = {};
    std::vector<std::string> columns = {};
    std::vector<float> values = {};
};

using RunEvent = std::variant<ScalarEvent, GramianEvent, PredictionEvent, StateEvent, LogEvent, CheckpointEvent, ProbeEvent>;

} // namespace concord
