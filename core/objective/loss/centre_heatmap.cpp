// Boxes by their centres (Zhou et al., "Objects as Points", 2019): a penalty-reduced focal loss on a heat map per class (Law and Deng, "CornerNet",
// ECCV 2018, eq. 1), and at each true centre L1 errors of the size in cells (times 0.1) and of the centre's place in its cell, all over the number of
// boxes. Around a centre the heat map falls off as a Gaussian whose reach leaves shifted corners an overlap of 0.7. We take the geometric roots of
// that radius, as CornerNet's code does since 2019; CenterNet's code has its older ones, which are larger.
#include "core/data/dataset.h"
#include "core/objective/centres.h"
#include "core/objective/known.h"
#include "core/objective/loss_block.h"
#include "core/tensor/scatter_max.h"

namespace concord {

namespace {

class CentreHeatmapLoss : public LossBlock
{
public:
    std::vector<TaskKind> kinds() const override { return {TaskKind::boxes}; }

    void params(ParamVisitor &visitor) override
    {
        visitor("size_weight", sizeWeight_, {.help = "What the error of a box's size in cells counts beside that of the heat map", .min = 0, .max = 1e3});
        visitor("offset_weight", offsetWeight_, {.help = "What the error of a centre's place in its cell counts", .min = 0, .max = 1e3});
        visitor("overlap", overlap_,
                {.help = "The overlap (IoU) that boxes with corners shifted by the Gaussian's radius keep; less makes wider spots in the heat map",
                 .min = 0.1,
                 .max = 0.99,
                 .advanced = true});
        visitor("alpha", alpha_, {.help = "How much well-predicted cells are turned down", .min = 0, .max = 10, .advanced = true});
        visitor("beta", beta_, {.help = "How much cells near a centre are spared", .min = 0, .max = 10, .advanced = true});
    }

    std::string summary() const override { return fmt::format("size × {:g}", sizeWeight_); }

    at::Tensor loss(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const override
    {
        const at::Tensor real = asReal(prediction);
        const Targets target = targets(real, label.to(real.scalar_type()), present);
        const std::int64_t classes = real.size(1) - 4;
        const at::Tensor logit = real.narrow(1, 0, classes);
        // −log p = softplus(−x) and −log(1 − p) = softplus(x), with p = exp(−softplus(−x)).
        const at::Tensor ifCentre = at::softplus(-logit);
        const at::Tensor ifNot = at::softplus(logit);
        const at::Tensor isCentre = target.heat.eq(1).to(real.scalar_type());
        const at::Tensor atCentres = (-ifNot * alpha_).exp() * ifCentre * isCentre;
        const at::Tensor elsewhere = (1 - target.heat).pow(beta_) * (-ifCentre * alpha_).exp() * ifNot * (1 - isCentre);
        const at::Tensor samples = present.to(real.scalar_type()).view({-1, 1, 1, 1});
        const at::Tensor heat = ((atCentres + elsewhere) * samples).sum() / isCentre.sum().clamp_min(1);

        const at::Tensor found = real.narrow(1, classes, 4).flatten(2).gather(2, target.cell.unsqueeze(1).expand({-1, 4, -1}));
        const at::Tensor errors = (found - target.geometry).abs() * target.valid.unsqueeze(1);
        const at::Tensor boxes = target.valid.sum().clamp_min(1);
        return heat + errors.narrow(1, 0, 2).sum() * sizeWeight_ / boxes + errors.narrow(1, 2, 2).sum() * offsetWeight_ / boxes;
    }

private:
    struct Targets
    {
        at::Tensor heat;       ///< [N, classes, H, W]
        at::Tensor valid;      ///< [N, boxes] 0 or 1
        at::Tensor cell;       ///< [N, boxes] of the centre
        at::Tensor geometry;   ///< [N, 4, boxes] width, height, and the centre's place in its cell
    };

    /// Without a look at the values, which may lie on another device.
    Targets targets(const at::Tensor &prediction, const at::Tensor &label, const at::Tensor &present) const
    {
        const std::int64_t height = prediction.size(2);
        const std::int64_t width = prediction.size(3);
        const at::TensorOptions options = prediction.options().requires_grad(false);
        const at::Tensor isBox = (label.select(2, 0) >= 0).logical_and_(present.view({-1, 1}));
        const at::Tensor valid = isBox.to(label.scalar_type());
        const auto known = [&](std::int64_t number) { return label.select(2, number).masked_fill(isBox.logical_not(), 0); };
        const auto side = [&](std::int64_t number, std::int64_t size) { return known(number) * double(size); };
        const at::Tensor left = side(1, width), top = side(2, height), right = side(3, width), bottom = side(4, height);
        const at::Tensor x = (left + right) / 2;
        const at::Tensor y = (top + bottom) / 2;
        const at::Tensor column = x.floor().clamp(0, double(width - 1));
        const at::Tensor row = y.floor().clamp(0, double(height - 1));

        const at::Tensor radius = gaussianRadius(right - left, bottom - top, overlap_).floor().unsqueeze(2).unsqueeze(3);
        const at::Tensor deviation = (2 * radius + 1) / 6;
        const at::Tensor dx = at::arange(width, options).view({1, 1, 1, -1}) - column.unsqueeze(2).unsqueeze(3);
        const at::Tensor dy = at::arange(height, options).view({1, 1, -1, 1}) - row.unsqueeze(2).unsqueeze(3);
        const at::Tensor inside = (dx.abs() <= radius).logical_and(dy.abs() <= radius).logical_and(isBox.unsqueeze(2).unsqueeze(3));
        const at::Tensor spots = ((dx.square() + dy.square()) / (-2 * deviation.square())).exp() * inside.to(label.scalar_type());   // [N, boxes, H, W]
        const std::int64_t classes = prediction.size(1) - 4;
        const at::Tensor id = known(0).clamp(0, double(classes - 1)).to(at::kLong).unsqueeze(2).unsqueeze(3).expand(spots.sizes());
        return {.heat = scatterMax(at::zeros({label.size(0), classes, height, width}, options), 1, id, spots),
                .valid = valid,
                .cell = (row * double(width) + column).to(at::kLong),
                .geometry = at::stack({right - left, bottom - top, x - column, y - row}, 1)};
    }

    double sizeWeight_ = 0.1;
    double offsetWeight_ = 1;
    double overlap_ = 0.7;
    double alpha_ = 2;
    double beta_ = 4;
};

} // namespace

static const Register<Block, CentreHeatmapLoss> registeredCentreHeatmapLoss{Card{
    .id = "centre_heatmap",
    .title = "Centre heat map",
    .category = "Losses",
    .summary = "Boxes by their centres: a focal loss on a heat map per class, and the errors of sizes and offsets at true centres.",
    .paper = "Zhou et al., 2019; Law and Deng, ECCV 2018",
}};

} // namespace concord
