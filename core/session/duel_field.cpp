#include "core/session/duel_field.h"

#include "core/balance/engine_look_ahead.h"
#include "core/balance/task_losses.h"
#include "core/store/run_store.h"
#include "core/train/checkpoint.h"

#include <torch/csrc/autograd/autograd.h>

#include <algorithm>
#include <cmath>

namespace concord {

namespace {

std::filesystem::path duelCheckpoint(const RunStore &store, const DuelOptions &options)
{
    if (options.checkpoint != "last" && options.checkpoint != "best")
        throw Error("checkpoint: expected 'last' or 'best', found '{}'", options.checkpoint);
    for (const std::string &kind : {options.checkpoint, std::string(options.checkpoint == "last" ? "best" : "last")})
        if (const std::optional<CheckpointEvent> found = store.checkpoint(options.run, kind); found && std::filesystem::exists(store.folder() / found->file))
            return store.folder() / found->file;
    throw Error("run {}: expected a checkpoint to start from, found none; train it for some steps first", options.run);
}

} // namespace

DuelField::DuelField(const std::filesystem::path &project, const DuelOptions &options)
{
    const RunStore store(project, RunStore::Mode::read);
    experiment_ = experimentFromJson(store.run(options.run).experiment, fmt::format("run {}", options.run));
    const std::filesystem::path checkpoint = duelCheckpoint(store, options);
    analysis_ = analyse(experiment_.graph);
    const DataBlock &data = requireDataNode(analysis_);
    if (analysis_.tasks.size() < 2)
        throw Error("run {}: expected two or more tasks to balance, found {}", options.run, analysis_.tasks.size());
    balance_ = dynamic_cast<const BalanceBlock *>(analysis_.nodes.at(analysis_.balanceNode).block.get());
    model_ = Model::compile(experiment_.graph, analysis_, data.describe(),
                            {.device = options.device, .channelsLast = experiment_.plan.channelsLast, .seed = std::uint64_t(experiment_.plan.seed)});
    loadWeights(checkpoint, *model_);
    step_ = checkpointStep(checkpoint);
    for (const double rate : store.series(options.run, "lr").values)
        learningRate_ = std::max(learningRate_, rate);
    model_->setTraining(true);
    for (const ModelParameter &parameter : model_->parameters())
        if (parameter.tasks.size() > 1)
            shared_.push_back(parameter.value);
    if (shared_.empty())
        throw Error("run {}: expected parameters that two or more tasks share, found none", options.run);
    openBatches(data, options);
}

void DuelField::openBatches(const DataBlock &data, const DuelOptions &options)
{
    const auto dataSeed = std::uint64_t(experiment_.plan.seed);
    const std::shared_ptr<const Dataset> training = data.open(Split::train, dataSeed);
    const std::shared_ptr<const Dataset> validation = data.open(Split::validation, dataSeed);
    if (training->size() == 0)
        throw Error("data node '{}': expected training samples, found none", analysis_.dataNode);
    hasValidation_ = validation && validation->size() > 0;
    const LoaderOptions loading{.batch = experiment_.plan.batch, .seed = options.seed, .threads = 0};
    Loader batches(training, loading);
    further_ = std::make_unique<FurtherBatches>(*model_, training, validation, loading, experiment_.plan.channelsLast);
    for (std::int64_t i = 0; i < options.batches; ++i) {
        Ground ground{.batch = toDevice(batches.next(), training->info(), *model_, experiment_.plan.channelsLast),
                      .heldOut = further_->get(LookAhead::Batch::validation, 0, i),
                      .losses = {},
                      .heldOutLosses = {},
                      .jacobian = {}};
        batchSize_ = ground.batch.size;
        measure(ground);
        grounds_.push_back(std::move(ground));
    }
}

/// Plain autograd, one pass per task: what the methods' own ways are compared with.
void DuelField::measure(Ground &ground)
{
    const at::AutoGradMode differentiable(true);
    const QuietForward quiet(*model_);
    const Forward forward = model_->forward(ground.batch.image);
    std::int64_t size = 0;
    for (const at::Tensor &parameter : shared_)
        size += parameter.numel();
    ground.jacobian = at::zeros({std::int64_t(model_->tasks().size()), size}, at::TensorOptions().dtype(at::kFloat).device(model_->device()));
    for (std::size_t task = 0; task < model_->tasks().size(); ++task) {
        ground.losses.push_back(std::nan(""));
        if (!ground.batch.labels[task].any)
            continue;
        const at::Tensor loss = taskLoss(*model_, int(task), forward, ground.batch.labels[task]);
        ground.losses.back() = loss.item<double>();
        const auto gradients = torch::autograd::grad({loss}, shared_, {}, /*retain_graph=*/true, /*create_graph=*/false, /*allow_unused=*/true);
        std::int64_t offset = 0;
        for (std::size_t i = 0; i < shared_.size(); ++i) {
            if (gradients[i].defined())
                ground.jacobian[std::int64_t(task)].narrow(0, offset, shared_[i].numel()).copy_(gradients[i].reshape(-1));
            offset += shared_[i].numel();
        }
    }
    ground.heldOutLosses = lossesOn(ground.heldOut);
}

std::vector<double> DuelField::lossesOn(const DeviceBatch &batch)
{
    const at::NoGradGuard noGrad;
    const QuietForward quiet(*model_);
    const Forward forward = model_->forward(batch.image);
    std::vector<double> losses;
    for (std::size_t task = 0; task < model_->tasks().size(); ++task)
        losses.push_back(batch.labels[task].any ? taskLoss(*model_, int(task), forward, batch.labels[task]).item<double>() : std::nan(""));
    return losses;
}

double DuelField::weightNorm() const
{
    double square = 0;
    for (const at::Tensor &parameter : shared_)
        square += parameter.detach().to(at::kDouble).square().sum().item<double>();
    return std::sqrt(square);
}

at::Tensor DuelField::writtenUpdate() const
{
    const at::NoGradGuard noGrad;
    std::vector<at::Tensor> parts;
    for (const at::Tensor &parameter : shared_)
        parts.push_back(parameter.grad().defined() ? parameter.grad().reshape(-1).to(at::kFloat) : at::zeros({parameter.numel()}, at::TensorOptions().dtype(at::kFloat).device(model_->device())));
    return at::cat(parts); // a copy: the engine writes the next one into its own memory
}

DuelField::Losses DuelField::lossesAfter(const Ground &ground, const at::Tensor &direction, double step)
{
    const at::NoGradGuard noGrad;
    std::vector<at::Tensor> home;
    std::int64_t offset = 0;
    for (const at::Tensor &parameter : shared_) {
        home.push_back(parameter.detach().clone());
        parameter.detach().sub_(direction.narrow(0, offset, parameter.numel()).view(parameter.sizes()), step);
        offset += parameter.numel();
    }
    Losses losses{.batch = lossesOn(ground.batch), .heldOut = lossesOn(ground.heldOut)};
    for (std::size_t i = 0; i < shared_.size(); ++i)
        shared_[i].detach().copy_(home[i]);
    return losses;
}

} // namespace concord
