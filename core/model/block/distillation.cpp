// Knowledge distillation (Hinton, Vinyals and Dean, 2015): the student's prediction goes on as it is, and its distance to the teacher's becomes a further term
// of the objective, on all samples whether labelled or not. For classes it is T² KL(softmax(teacher / T) ‖ softmax(student / T)), whose gradient for the
// student's logits is T times the difference of the two softmaxes; for yes-or-no labels the same with sigmoids; for values the mean squared difference.
// Nothing flows back into the teacher.
#include "core/base/text.h"
#include "core/graph/block.h"
#include "core/model/layer.h"

namespace concord {

namespace {

enum class DistilledKind { classes, labels, values };

class DistillationLayer : public Layer
{
public:
    DistillationLayer(DistilledKind kind, double temperature, double weight)
        : kind_(kind)
        , temperature_(temperature)
        , weight_(weight)
    {
    }

    std::vector<at::Tensor> forward(const std::vector<at::Tensor> &inputs) override
    {
        term_ = isTraining() && weight_ > 0 ? distance(inputs[0].to(at::kFloat), inputs[1].detach().to(at::kFloat)) * weight_ : at::Tensor();
        return {inputs[0]};
    }

    /// The teacher is read, but nothing of it is in the output.
    bool connects(std::size_t input, std::size_t) const override { return input == 0; }

    at::Tensor auxiliaryLoss() const override { return term_; }

private:
    /// Mean over samples and pixels, and over the labels or values of each.
    at::Tensor distance(const at::Tensor &student, const at::Tensor &teacher) const
    {
        if (kind_ == DistilledKind::values)
            return (student - teacher).square().mean();
        const double scale = temperature_ * temperature_;
        const at::Tensor s = student / temperature_;
        const at::Tensor t = teacher / temperature_;
        if (kind_ == DistilledKind::classes)
            return (t.softmax(1) * (t.log_softmax(1) - s.log_softmax(1))).sum(1).mean() * scale;
        const at::Tensor yes = at::log_sigmoid(t) - at::log_sigmoid(s);
        const at::Tensor no = at::log_sigmoid(-t) - at::log_sigmoid(-s);
        return (t.sigmoid() * yes + (-t).sigmoid() * no).mean() * scale;
    }

    DistilledKind kind_;
    double temperature_;
    double weight_;
    at::Tensor term_;
};

class Distillation : public Block
{
public:
    void params(ParamVisitor &visitor) override
    {
        visitor("kind", kind_, {.help = "What is predicted: scores of classes that exclude each other, of labels that do not, or values", .choices = {"classes", "labels", "values"}});
        visitor("temperature", temperature_, {.help = "Divides both networks' scores, so that what they think of wrong classes counts more; not used for values", .min = 0.01, .max = 1000});
        visitor("weight", weight_, {.help = "Weight of the distance in the objective", .min = 0, .max = 1e6});
    }

    std::vector<Port> inputs() const override
    {
        return {Port{.id = "student", .type = PortType::prediction, .label = "the prediction that learns"},
                Port{.id = "teacher", .type = PortType::prediction, .label = "the prediction that is learnt from"}};
    }
    std::vector<Port> outputs() const override { return {Port{.id = "out", .type = PortType::prediction}}; }

    Inference infer(const PortTypes &inputs, int) const override
    {
        const Shape &student = requireInput(inputs, "student").shape;
        const Shape &teacher = requireInput(inputs, "teacher").shape;
        if (student.empty())
            throw Error("input 'student' expected [C] or [C, H, W], found a single number");
        if (student != teacher)
            throw Error("input 'teacher' expected {} as at 'student', found {}", shapeText(student), shapeText(teacher));
        return {.outputs = {{"out", TensorType{.type = PortType::prediction, .shape = student}}}};
    }

    std::shared_ptr<Layer> build(const BuildSpec &) const override
    {
        const DistilledKind kind = kind_ == "classes" ? DistilledKind::classes : kind_ == "labels" ? DistilledKind::labels : DistilledKind::values;
        return std::make_shared<DistillationLayer>(kind, temperature_, weight_);
    }

    std::string summary() const override { return kind_ == "values" ? kind_ : fmt::format("{}, temperature {}", kind_, paramText(temperature_)); }

private:
    std::string kind_ = "classes";
    double temperature_ = 2;
    double weight_ = 1;
};

const Register<Block, Distillation> registeredDistillation{Card{.id = "distillation",
                                                                .title = "Knowledge distillation",
                                                                .category = "Distillation",
                                                                .summary = "Passes a prediction on and draws it towards a teacher's.",
                                                                .paper = "Hinton, Vinyals and Dean, 2015"}};

} // namespace

} // namespace concord
