// Adaptive task-relational context (ATRC, Bruggemann et al., ICCV 2021, section 3): each target task takes from each source, itself included, one kind of
// context or none. What it takes is projected, joined with its features and mapped to their size. Kinds are fixed by `contexts`, or searched for; an
// exported model holds the chosen ones alone. Against the authors' code: every batch norm has a scale, the projection does not start from zero,
// attention in a window leaves out what is outside the map, and initial predictions train what is before them.
#include "core/base/text.h"
#include "core/model/columns.h"
#include "core/model/context_choice.h"
#include "core/model/pair_context.h"

namespace concord {

namespace {

struct RelationalOptions
{
    std::int64_t in = 1;
    PairContextOptions context = {};
    /// [target][source]: the contexts that are there.
    std::vector<std::vector<std::vector<ContextKind>>> kinds = {};
    bool isSearch = false;
    ContextChoiceOptions choice = {};
    double entropy = 0;
};

class RelationalContextLayer : public Layer
{
public:
    explicit RelationalContextLayer(const RelationalOptions &o)
        : options_(o)
    {
        for (std::size_t t = 0; t < tasks(); ++t) {
            std::vector<std::vector<bool>> candidates(tasks(), std::vector<bool>(contextKinds, false));
            std::int64_t sources = 0;
            auto &fromSources = contexts_.emplace_back(tasks());
            for (std::size_t s = 0; s < tasks(); ++s) {
                candidates[s][0] = true;
                for (const ContextKind kind : o.kinds[t][s]) {
                    PairContextOptions context = o.context;
                    context.prefix = fmt::format("task{}.from{}.{}.", t, s, contextNames[std::size_t(kind)]);
                    context.kind = kind;
                    context.outputs = {int(t)};
                    fromSources[s].emplace_back(*this, context);
                    candidates[s][std::size_t(kind)] = true;
                }
                sources += o.kinds[t][s].empty() ? 0 : 1;
            }
            if (o.isSearch) {
                ContextChoiceOptions choice = o.choice;
                choice.prefix = fmt::format("task{}.choice", t);
                choice.candidates = candidates;
                choice.outputs = {int(t)};
                choices_.emplace_back(*this, choice);
            }
            project_.emplace_back();
            if (sources > 0)
                project_.back() = conv("project", t, sources * o.context.channels, Activation::none);
            fuse_.push_back(conv("fuse", t, sources > 0 ? 2 * o.in : o.in, Activation::relu));
        }
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        std::vector<at::Tensor> result;
        entropy_ = at::Tensor();
        for (std::size_t t = 0; t < tasks(); ++t) {
            const at::Tensor &own = inputs[t];
            const std::vector<at::Tensor> found = !options_.isSearch ? fixed(t, inputs) : isTraining() ? relaxed(t, inputs) : chosen(t, inputs);
            result.push_back(fuse_[t](project_[t] ? at::cat({own, (*project_[t])(at::cat(found, 1))}, 1) : own));
        }
        return result;
    }

    bool connects(std::size_t input, std::size_t output) const override
    {
        const auto &kinds = options_.kinds[output];
        if (input < tasks())
            return input == output || !kinds[input].empty();
        for (std::size_t s = 0; s < tasks(); ++s)
            for (const ContextKind kind : kinds[s])
                if (input - tasks() == (kind == ContextKind::targetLabel ? output : s) && isLabel(kind))
                    return true;
        return false;
    }

    /// The authors' weight of the entropy rises with time, from minus a third: first to try all, then to settle.
    at::Tensor auxiliaryLoss() const override
    {
        return entropy_.defined() && options_.entropy > 0 ? entropy_ * (options_.entropy / double(tasks())) : at::Tensor();
    }

    std::vector<Probe> probes() const override
    {
        if (choices_.empty())
            return {};
        Probe probe{.name = "context", .rows = {}, .columns = {std::begin(contextNames), std::end(contextNames)}, .values = {}};
        std::vector<at::Tensor> rows;
        for (std::size_t t = 0; t < tasks(); ++t) {
            rows.push_back(choices_[t].probabilities());
            for (std::size_t s = 0; s < tasks(); ++s)
                probe.rows.push_back(fmt::format("task {} from {}", t, s));
        }
        probe.values = at::cat(rows);
        return {probe};
    }

    static bool isLabel(ContextKind kind) { return kind == ContextKind::targetLabel || kind == ContextKind::sourceLabel; }

private:
    std::size_t tasks() const { return options_.kinds.size(); }

    ConvUnit conv(const char *part, std::size_t task, std::int64_t in, Activation activation)
    {
        const std::string name = fmt::format("task{}.{}", task, part);
        return {*this, {.name = name, .normName = name + "_bn", .in = in, .out = options_.in, .activation = activation, .outputs = {int(task)}}};
    }

    at::Tensor look(std::size_t t, std::size_t s, std::size_t unit, const std::vector<at::Tensor> &inputs) const
    {
        const ContextKind kind = options_.kinds[t][s][unit];
        const at::Tensor label = isLabel(kind) ? inputs[tasks() + (kind == ContextKind::targetLabel ? t : s)] : at::Tensor();
        return contexts_[t][s][unit](inputs[t], inputs[s], label);
    }

    std::vector<at::Tensor> fixed(std::size_t t, const std::vector<at::Tensor> &inputs) const
    {
        std::vector<at::Tensor> found;
        for (std::size_t s = 0; s < tasks(); ++s)
            if (!contexts_[t][s].empty())
                found.push_back(look(t, s, 0, inputs));
        return found;
    }

    std::vector<at::Tensor> relaxed(std::size_t t, const std::vector<at::Tensor> &inputs)
    {
        const at::Tensor weights = choices_[t].relaxed();
        const at::Tensor entropy = choices_[t].entropy() * ((choices_[t].progress() * 4 - 1) / 3);
        entropy_ = entropy_.defined() ? entropy_ + entropy : entropy;
        std::vector<at::Tensor> found;
        for (std::size_t s = 0; s < tasks(); ++s) {
            at::Tensor sum;
            for (std::size_t unit = 0; unit < contexts_[t][s].size(); ++unit) {
                const at::Tensor weight = weights.select(0, std::int64_t(s)).select(0, std::int64_t(options_.kinds[t][s][unit]));
                const at::Tensor part = look(t, s, unit, inputs) * weight;
                sum = sum.defined() ? sum + part : part;
            }
            found.push_back(sum);
        }
        return found;
    }

    std::vector<at::Tensor> chosen(std::size_t t, const std::vector<at::Tensor> &inputs) const
    {
        const std::vector<std::size_t> best = choices_[t].best();
        std::vector<at::Tensor> found;
        for (std::size_t s = 0; s < tasks(); ++s) {
            const auto &kinds = options_.kinds[t][s];
            const auto unit = std::size_t(std::ranges::find(kinds, ContextKind(best[s])) - kinds.begin());
            if (unit < kinds.size())
                found.push_back(look(t, s, unit, inputs));
            else
                found.push_back(at::zeros_like(inputs[t].narrow(1, 0, 1)).expand({-1, options_.context.channels, -1, -1}));
        }
        return found;
    }

    RelationalOptions options_;
    std::vector<std::vector<std::vector<PairContext>>> contexts_; ///< [target][source], as kinds
    std::vector<ContextChoice> choices_;
    std::vector<std::optional<ConvUnit>> project_;
    std::vector<ConvUnit> fuse_;
    at::Tensor entropy_;
};

class RelationalContext : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("choice", choice_, {.help = "Contexts as given, or searched for while training", .choices = {"fixed", "search"}});
        visitor(
            "contexts", contexts_,
            {.help =
                 "What each task looks at in each (none, global, local, t-label, s-label), target by target; one entry: for all pairs. Not read by a search"});
        visitor("channels", channels_, {.help = "Channels of each context", .min = 1, .max = 8192});
        visitor("window", window_, {.help = "Side of the window of local attention; odd", .min = 1, .max = 63});
        visitor("attention", attention_,
                {.help = "Global attention by a softmax, or linear in the number of pixels as in the authors' code", .choices = {"linear", "softmax"}});
        visitor("pool", pool_, {.help = "Side of the squares of pixels that global softmax attention looks at as one", .min = 1, .max = 64});
        visitor("temperature", temperature_, {.help = "Of the search's Gumbel-softmax at the start; falls to a twentieth", .min = 0.1, .max = 10});
        visitor("anneal", anneal_, {.help = "Passes in training over which the temperature falls", .min = 1, .max = 1e9});
        visitor("entropy", entropy_, {.help = "Last weight of the choices' entropy in the objective; it starts at minus a third of it", .min = 0, .max = 10});
    }

    std::vector<Port> inputs() const override
    {
        return {
            Port{.id = "in", .type = PortType::features, .repeats = true},
            Port{.id = "initial", .type = PortType::prediction, .repeats = true, .optional = true, .label = "a task's initial prediction, for label contexts"}};
    }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::features, .repeats = true}}; }

    Inference infer(const PortTypes &inputs, int repeats) const override
    {
        const Shape &in = requireColumns(inputs, repeats, "features");
        for (const auto &[port, type] : inputs)
            if (type.shape.size() != 3 || type.shape[1] != in[1] || type.shape[2] != in[2])
                throw Error("input '{}' expected {}×{} as at 'in.0', found {}", port, in[1], in[2], shapeText(type.shape));
        if (window_ % 2 == 0)
            throw Error("window: expected an odd number, found {}", window_);
        const RelationalOptions o = options(inputs, repeats);
        Inference result{.outputs = columnOutputs(in, repeats, "features")};
        for (std::size_t t = 0; t < o.kinds.size(); ++t) {
            FeatureCost end{in};
            end.shape[0] = 0;
            for (std::size_t s = 0; s < o.kinds.size(); ++s) {
                for (const ContextKind kind : o.kinds[t][s]) {
                    PairContextOptions context = o.context;
                    context.kind = kind;
                    result.parameters += PairContext::parameterCount(context);
                    result.macs += PairContext::macs(context, in, labels(inputs, kind, t, s));
                }
                end.shape[0] += o.kinds[t][s].empty() ? 0 : channels_;
            }
            if (end.shape[0] > 0)
                end.conv(in[0], 1);
            end.shape[0] += in[0];
            end.conv(in[0], 1);
            result.parameters += end.parameters + (o.isSearch ? repeats * contextKinds : 0);
            result.macs += end.macs;
        }
        return result;
    }

    std::shared_ptr<Layer> build(const BuildSpec &spec) const override
    {
        return std::make_shared<RelationalContextLayer>(options(spec.inputs, int(spec.outputs.size())));
    }

    std::string summary() const override
    {
        return choice_ == "search" ? "contexts by search" : contexts_.size() == 1 ? contexts_.front() + " context" : "contexts by pair";
    }

private:
    static std::string labelPort(ContextKind kind, std::size_t target, std::size_t source)
    {
        return fmt::format("initial.{}", kind == ContextKind::targetLabel ? target : source);
    }

    static std::int64_t labels(const PortTypes &inputs, ContextKind kind, std::size_t target, std::size_t source)
    {
        return RelationalContextLayer::isLabel(kind) ? inputs.at(labelPort(kind, target, source)).shape[0] : 0;
    }

    RelationalOptions options(const PortTypes &inputs, int repeats) const
    {
        const auto tasks = std::size_t(repeats);
        RelationalOptions o;
        o.in = inputs.at("in.0").shape[0];
        o.context = {.in = o.in, .channels = channels_, .window = window_, .pool = pool_, .isLinear = attention_ == "linear"};
        o.isSearch = choice_ == "search";
        o.choice = {.temperature = temperature_, .lastTemperature = temperature_ / 20, .anneal = anneal_};
        o.entropy = entropy_;
        o.kinds.assign(tasks, std::vector<std::vector<ContextKind>>(tasks));
        for (std::size_t t = 0; t < tasks; ++t)
            for (std::size_t s = 0; s < tasks; ++s)
                o.kinds[t][s] = o.isSearch ? candidates(inputs, t, s) : given(inputs, t, s, tasks);
        return o;
    }

    /// All kinds, but label contexts only where there is an initial prediction; of a task itself both are the same.
    static std::vector<ContextKind> candidates(const PortTypes &inputs, std::size_t target, std::size_t source)
    {
        std::vector<ContextKind> result = {ContextKind::global, ContextKind::local};
        if (inputs.contains(labelPort(ContextKind::targetLabel, target, source)))
            result.push_back(ContextKind::targetLabel);
        if (target != source && inputs.contains(labelPort(ContextKind::sourceLabel, target, source)))
            result.push_back(ContextKind::sourceLabel);
        return result;
    }

    std::vector<ContextKind> given(const PortTypes &inputs, std::size_t target, std::size_t source, std::size_t tasks) const
    {
        if (contexts_.size() != 1 && contexts_.size() != tasks * tasks)
            throw Error("contexts: expected one entry, or {} for the pairs of {} tasks, found {}", tasks * tasks, tasks, contexts_.size());
        const ContextKind kind = contextKind(contexts_[contexts_.size() == 1 ? 0 : target * tasks + source]);
        if (const std::string port = labelPort(kind, target, source); RelationalContextLayer::isLabel(kind) && !inputs.contains(port))
            throw Error("input '{}' expected a link for the context '{}', found none", port, contextNames[std::size_t(kind)]);
        return kind == ContextKind::none ? std::vector<ContextKind>() : std::vector{kind};
    }

    std::string choice_ = "fixed";
    std::vector<std::string> contexts_ = {"global"};
    std::int64_t channels_ = 16;
    std::int64_t window_ = 9;
    std::string attention_ = "linear";
    std::int64_t pool_ = 1;
    double temperature_ = 1;
    std::int64_t anneal_ = 1000;
    double entropy_ = 0.06;
};

const Register<Block, RelationalContext> registeredRelationalContext{
    Card{.id = "relational_context",
         .title = "Relational context",
         .category = "Distillation",
         .summary = "Each task attends to the context in every other that suits it, given or searched for.",
         .paper = "Bruggemann et al., ICCV 2021"}};

} // namespace

} // namespace concord
