#include "core/graph/plan.h"

namespace concord {

void Plan::params(ParamVisitor &visitor)
{
    visitor("optimiser", optimiser, {.help = "How an update of the weights is made from the balanced gradient"});
    visitor("schedule", schedule, {.help = "How the learning rate changes over the run"});
    visitor("warmupSteps", warmupSteps,
            {.help = "The learning rate rises from zero over this many steps before the schedule takes over", .unit = "steps", .min = 0});
    visitor("epochs", epochs, {.help = "Passes over the training split", .min = 1, .max = 1e6});
    visitor("steps", steps, {.help = "Updates in total; 0 takes as many as the epochs need", .unit = "steps", .min = 0});
    visitor("batch", batch, {.help = "Samples per update", .label = "Batch size", .unit = "samples", .min = 1, .max = 65536});
    visitor("accumulate", accumulate,
            {.help = "Batches whose gradients make one update together, where memory is too small for one large batch",
             .label = "Batches per update",
             .min = 1,
             .max = 4096,
             .advanced = true});
    visitor("freeze", freeze, {.help = "Ids of nodes that are not trained: their parameters and batch statistics stay as they are", .advanced = true});
    visitor("rates", rates,
            {.help = "Learning rates of single nodes as multiples of the plan's, such as stitch1=10", .label = "Rates of single nodes", .advanced = true});
    visitor("device", device, {.help = "Where the model is trained: cpu, cuda, or one of several GPUs as cuda:1"});
    visitor("precision", precision,
            {.help = "Number format of the forward and backward pass; weights and losses stay float32", .choices = {"float32", "bfloat16"}});
    visitor("threads", threads, {.help = "Threads for the mathematics; 0 takes all cores", .min = 0, .max = 1024, .advanced = true});
    visitor("loaderThreads", loaderThreads,
            {.help = "Threads that read and transform samples ahead; 0 reads in the trainer's thread", .min = 0, .max = 256, .advanced = true});
    visitor("seed", seed, {.help = "Start of every random stream: equal seeds give equal runs", .min = 0});
    visitor("clipNorm", clipNorm,
            {.help = "Longest allowed update gradient, measured after balancing; 0 does not clip", .label = "Clip gradient norm", .min = 0});
    visitor("channelsLast", channelsLast, {.help = "Keeps the channels of a pixel together in memory, which makes convolutions faster", .advanced = true});
    visitor("flip", flip, {.help = "Mirrors half of the training samples, labels included", .label = "Random flip"});
    visitor("cropScale", cropScale,
            {.help = "Cuts away up to this share of a training sample at random and scales the rest back to full size; 0 never crops",
             .label = "Random crop",
             .min = 0,
             .max = 0.9});
    visitor("evaluateEvery", evaluateEvery, {.help = "Steps between evaluations; 0 evaluates at the end of each epoch", .unit = "steps", .min = 0});
    visitor("checkpointEvery", checkpointEvery, {.help = "Steps between checkpoints; 0 keeps one with each evaluation", .unit = "steps", .min = 0});
    visitor(
        "patience", patience,
        {.help = "Evaluations without a better mean before the run ends early; 0 never ends early", .label = "Early stop", .unit = "evaluations", .min = 0});
    visitor("conflictEvery", conflictEvery,
            {.help = "Steps between measurements of gradient conflict when the balance method needs no gradients itself; 0 never measures",
             .unit = "steps",
             .min = 0});
    visitor("probeBatch", probeBatch,
            {.help = "Samples whose predictions are kept at each evaluation", .label = "Kept predictions", .unit = "samples", .min = 0, .max = 256});
    visitor("gramianEvery", gramianEvery, {.help = "Keeps every n-th Gramian of methods that make one each step", .unit = "steps", .min = 1, .advanced = true});
}

} // namespace concord
