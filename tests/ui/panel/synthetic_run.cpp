#include "tests/ui/panel/synthetic_run.h"

#include "core/data/scenes/render.h"
#include "core/graph/experiment.h"

#include <algorithm>
#include <cmath>
#include <random>

namespace concord::test {

namespace {

constexpr int side = 128;

PredictionEvent plane(int step, int sample, const char *task, const char *kind, int channels, int bytes, std::vector<std::uint8_t> data)
{
    return {.step = step, .sample = sample, .task = task, .kind = kind, .width = side, .height = side, .channels = channels, .bytesPerValue = bytes,
            .scale = bytes == 2 ? 0.001 : 1, .data = std::move(data)};
}

std::uint8_t toByte(double value)
{
    return std::uint8_t(std::lround(std::clamp(value, 0.0, 1.0) * 255));
}

/// The truth with as much noise as the training has left over.
void addPlanes(std::vector<RunEvent> &events, const SceneImage &scene, int step, int sample, double noise, std::mt19937 &random)
{
    std::normal_distribution<double> normal;
    const std::size_t pixels = side * side;
    std::vector<std::uint8_t> image;
    std::vector<std::uint8_t> classes[2];
    std::vector<std::uint8_t> depths[2];
    std::vector<std::uint8_t> normals[2];
    for (std::size_t i = 0; i < pixels; ++i) {
        for (std::size_t c = 0; c < 3; ++c)
            image.push_back(toByte(double(scene.image[c * pixels + i])));
        for (const int noisy : {0, 1}) {
            const auto jump = std::size_t(std::clamp<std::ptrdiff_t>(std::ptrdiff_t(i) + (noisy ? std::lround(normal(random) * noise * 6) : 0), 0, std::ptrdiff_t(pixels) - 1));
            classes[noisy].push_back(std::uint8_t(scene.classes[jump]));
            const auto depth = std::uint16_t(std::clamp(1000 * double(scene.depth[i]) * (1 + noisy * noise * 0.15 * normal(random)), 1.0, 65535.0));
            depths[noisy].push_back(std::uint8_t(depth & 255));
            depths[noisy].push_back(std::uint8_t(depth >> 8));
            for (std::size_t c = 0; c < 3; ++c)
                normals[noisy].push_back(toByte((double(scene.normals[c * pixels + i]) + noisy * noise * 0.3 * normal(random) + 1) / 2));
        }
    }
    events.push_back(plane(step, sample, "", "image", 3, 1, image));
    for (const int noisy : {0, 1}) {
        const char *kind = noisy ? "prediction" : "truth";
        events.push_back(plane(step, sample, "segmentation", kind, 1, 1, classes[noisy]));
        events.push_back(plane(step, sample, "depth", kind, 1, 2, depths[noisy]));
        events.push_back(plane(step, sample, "normals", kind, 3, 1, normals[noisy]));
    }
}

} // namespace

int writeSyntheticRun(const std::filesystem::path &file, const std::string &name, double level)
{
    const Experiment experiment = loadExperiment(std::string(CONCORD_SOURCE_DIR) + "/resources/examples/1_scenes_three_tasks.json");
    RunStore store(file, std::filesystem::exists(file) ? RunStore::Mode::write : RunStore::Mode::create);
    const int number = store.createRun({.name = name, .totalSteps = 800, .experiment = toJson(experiment),
        .tasks = R"([{"name":"segmentation","kind":"segmentation","classes":12,"ignore":255,"classNames":["floor","wall","ceiling","window","table","chair","sofa","shelf","lamp","box","sphere","cylinder"]},)"
                 R"({"name":"depth","kind":"depth","classes":1,"unit":"m"},{"name":"normals","kind":"normals","classes":3}])"});
    std::mt19937 random(11);
    std::normal_distribution<double> normal;
    std::vector<RunEvent> events;
    const char *tasks[] = {"segmentation", "depth", "normals"};
    const double start[] = {1.75, 1.35, 1.0};
    const double end[] = {0.62, 0.33, 0.28};
    const char *blocks[] = {"", "stem", "trunk", "segmentation_decoder", "depth_decoder", "attention"};
    const SceneImage scenes[] = {renderScene(makeSceneRoom(Random(5)), side, side, 0.01, Random(1)), renderScene(makeSceneRoom(Random(9)), side, side, 0.01, Random(2))};
    double drift[6][3] = {};
    for (int step = 1; step <= 600; ++step) {
        const double seconds = step * 0.12;
        const auto scalar = [&](const std::string &series, double value) { events.push_back(ScalarEvent{series, step, seconds, value}); };
        const double share = 1 - std::exp(-step / 160.0);
        for (int t = 0; t < 3; ++t) {
            scalar(std::string("loss/") + tasks[t], level * (start[t] + share * (end[t] - start[t]) + 0.09 * normal(random)));
            scalar(std::string("weight/") + tasks[t], 0.33 + 0.1 * std::sin(step / 90.0 + t * 2));
        }
        scalar("lr", 1e-3 * (1 - step / 800.0));
        scalar("ms_per_step", 19 + std::abs(normal(random)));
        scalar("epoch", step / 50.0);
        scalar("residual", 1e-7 * std::exp(normal(random)));
        for (int b = 0; b < 6; ++b) {
            for (double &value : drift[b])
                value += 0.012 * normal(random);
            const double c01 = std::clamp(0.35 + 0.1 * normal(random) + drift[b][0], -0.95, 0.95);
            const double c02 = std::clamp(0.45 - 0.12 * b - step / 1000.0 + 0.12 * normal(random), -0.95, 0.95);
            const double c12 = std::clamp(0.55 + 0.1 * normal(random), -0.95, 0.95);
            const double n[] = {1.2, 0.8, 0.5};
            events.push_back(GramianEvent{step, blocks[b], {float(n[0] * n[0]), float(c01 * n[0] * n[1]), float(c02 * n[0] * n[2]), float(c01 * n[0] * n[1]), float(n[1] * n[1]),
                float(c12 * n[1] * n[2]), float(c02 * n[0] * n[2]), float(c12 * n[1] * n[2]), float(n[2] * n[2])}});
        }
        if (step % 100 == 0) {
            scalar("val/segmentation/mIoU", 61.3 * share);
            scalar("val/depth/abs", 0.21 + 0.8 * (1 - share));
            scalar("val/normals/mean", 14.8 + 25 * (1 - share));
            for (int t = 0; t < 3; ++t)
                scalar(std::string("val/") + tasks[t] + "/loss", start[t] + share * (end[t] - start[t]) + 0.05);
            for (int sample = 0; sample < 2; ++sample)
                addPlanes(events, scenes[sample], step, sample, 1.2 - share, random);
        }
    }
    events.push_back(ScalarEvent{"baseline/depth/abs", 0, 0, 1.1});
    events.push_back(LogEvent{.level = LogEvent::Level::warning, .step = 100, .text = "depth is far from its baseline"});
    events.push_back(StateEvent{.state = RunState::finished, .step = 600, .totalSteps = 800});
    store.append(number, events);
    return number;
}

} // namespace concord::test
