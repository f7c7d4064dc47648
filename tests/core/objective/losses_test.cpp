#include "tests/core/objective/sample.h"

#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

namespace {

std::vector<std::string> lossIds()
{
    std::vector<std::string> ids;
    for (const auto &[id, entry] : BlockRegistry::instance().entries())
        if (entry.card.category == "Losses" && id != "loss_sum")   // that one is told losses, not predictions
            ids.push_back(id);
    return ids;
}

/// Settings that take other paths through a loss than its defaults.
std::vector<std::pair<std::string, ParamMap>> variantsOf(const std::string &id)
{
    std::vector<std::pair<std::string, ParamMap>> variants = {{"default", {}}};
    if (id == "cross_entropy") {
        variants.push_back({"smoothing", {{"smoothing", 0.1}}});
        variants.push_back({"weights", {{"smoothing", 0.2}, {"class_weights", std::vector<std::string>{"0.5", "1", "2", "0.25"}}}});
    } else if (id == "focal") {
        variants.push_back({"small_gamma", {{"gamma", 0.5}, {"alpha", 0.25}}});
    } else if (id == "weighted_bce") {
        variants.push_back({"positive", {{"positive_weight", 3.0}}});
        variants.push_back({"balanced", {{"balanced", true}}});
    }
    return variants;
}

} // namespace

/// What every loss promises, for every kind it can be used for.
class LossesTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<LossBlock> loss_;
    Sample sample_;

    void rows(bool (*suits)(TaskKind kind, const std::string &variant) = [](TaskKind, const std::string &) { return true; })
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("kind");
        QTest::addColumn<int>("variant");
        for (const std::string &id : lossIds()) {
            const auto variants = variantsOf(id);
            for (const TaskKind kind : makeLoss(id, {})->kinds())
                for (std::size_t v = 0; v < variants.size(); ++v)
                    if (suits(kind, variants[v].first))
                        QTest::addRow("%s_%s_%s", id.c_str(), name(kind), variants[v].first.c_str()) << QString::fromStdString(id) << int(kind) << int(v);
        }
    }

    void fetch()
    {
        QFETCH(QString, id);
        QFETCH(int, kind);
        QFETCH(int, variant);
        sample_ = makeSample(TaskKind(kind), 7);
        loss_ = makeLoss(id.toStdString(), sample_.task, variantsOf(id.toStdString())[std::size_t(variant)].second);
    }

private Q_SLOTS:
    void thereAreLosses() { QVERIFY(lossIds().size() >= 7); }

    void gradientIsThatOfFiniteDifferences_data() { rows(); }
    void gradientIsThatOfFiniteDifferences()
    {
        fetch();
        const at::Tensor gradient = lossGradient(*loss_, sample_.prediction, sample_.label, sample_.present).contiguous();
        at::Tensor x = sample_.prediction.clone();
        // berHu's threshold follows the largest error and is held fixed: that one value has another difference quotient.
        std::int64_t skipped = -1;
        if (QTest::currentDataTag() == QByteArray("berhu_depth_default") || QTest::currentDataTag() == QByteArray("berhu_regression_default"))
            skipped = ((x - sample_.label).abs() * sample_.known.to(at::kDouble)).argmax().item<std::int64_t>();
        constexpr double h = 1e-6;
        for (std::int64_t i = 0; i < x.numel(); ++i) {
            if (i == skipped)
                continue;
            double &value = x.data_ptr<double>()[i];
            const double old = value;
            value = old + h;
            const double above = lossValue(*loss_, x, sample_.label, sample_.present);
            value = old - h;
            const double below = lossValue(*loss_, x, sample_.label, sample_.present);
            value = old;
            const double expected = (above - below) / (2 * h);
            QVERIFY2(std::abs(gradient.data_ptr<double>()[i] - expected) < 1e-8 + 1e-5 * std::abs(expected),
                     qPrintable(QString("element %1: expected %2, found %3").arg(i).arg(expected).arg(gradient.data_ptr<double>()[i])));
        }
    }

    void unknownValuesAndMissingSamplesDoNotCount_data() { rows(); }
    void unknownValuesAndMissingSamplesDoNotCount()
    {
        fetch();
        const at::Tensor unknown = sample_.known.logical_not().expand_as(sample_.prediction);
        QVERIFY(unknown.any().item<bool>());
        const at::Tensor gradient = lossGradient(*loss_, sample_.prediction, sample_.label, sample_.present);
        QCOMPARE(gradient.masked_select(unknown).abs().max().item<double>(), 0.0);
        QVERIFY(gradient.masked_select(unknown.logical_not()).abs().max().item<double>() > 0);
        const double value = lossValue(*loss_, sample_.prediction, sample_.label, sample_.present);
        const double moved = lossValue(*loss_, sample_.prediction.masked_fill(unknown, 3.5), sample_.label, sample_.present);
        QVERIFY(std::abs(value - moved) < 1e-12);
    }

    void nothingKnownGivesZeroWithAGradient_data() { rows(); }
    void nothingKnownGivesZeroWithAGradient()
    {
        fetch();
        const at::Tensor none = at::zeros_like(sample_.present);
        QCOMPARE(lossValue(*loss_, sample_.prediction, sample_.label, none), 0.0);
        const at::Tensor gradient = lossGradient(*loss_, sample_.prediction, sample_.label, none);
        QCOMPARE(gradient.abs().max().item<double>(), 0.0);
    }

    void isAMeanOverSamples_data() { rows(); }
    void isAMeanOverSamples()
    {
        fetch();
        const auto twice = [](const at::Tensor &t) { return at::cat({t, t}); };
        const double once = lossValue(*loss_, sample_.prediction, sample_.label, sample_.present);
        const double doubled = lossValue(*loss_, twice(sample_.prediction), twice(sample_.label), twice(sample_.present));
        QVERIFY(once > 0);
        QVERIFY(std::abs(once - doubled) < 1e-9 * once);
    }

    void isSmallestAtThePerfectPrediction_data()
    {
        // Label smoothing has its minimum elsewhere.
        rows([](TaskKind, const std::string &variant) { return variant != "smoothing" && variant != "weights"; });
    }
    void isSmallestAtThePerfectPrediction()
    {
        fetch();
        const double value = lossValue(*loss_, sample_.perfect, sample_.label, sample_.present);
        QVERIFY2(std::abs(value) < 1e-7, qPrintable(QString::number(value)));
        const at::Tensor gradient = lossGradient(*loss_, sample_.perfect, sample_.label, sample_.present);
        QVERIFY(at::isfinite(gradient).all().item<bool>());
    }

    void precisionAndMemoryFormatDoNotMatter_data() { rows(); }
    void precisionAndMemoryFormatDoNotMatter()
    {
        fetch();
        const double exact = lossValue(*loss_, sample_.prediction, sample_.label, sample_.present);
        const at::Tensor single = loss_->loss(sample_.prediction.to(at::kFloat), sample_.label, sample_.present);
        QVERIFY(single.scalar_type() == at::kFloat && single.dim() == 0);
        QVERIFY(std::abs(single.item<double>() - exact) < 1e-5 * exact);

        const at::Tensor half = sample_.prediction.to(at::kBFloat16);
        const at::Tensor ofHalf = loss_->loss(half, sample_.label, sample_.present);
        QVERIFY(ofHalf.scalar_type() == at::kFloat);
        QVERIFY(std::abs(ofHalf.item<double>() - lossValue(*loss_, half.to(at::kDouble), sample_.label, sample_.present)) < 1e-5 * exact);
        QVERIFY(lossGradient(*loss_, half, sample_.label, sample_.present).scalar_type() == at::kBFloat16);

        if (sample_.prediction.dim() == 4) {
            const at::Tensor last = sample_.prediction.contiguous(at::MemoryFormat::ChannelsLast);
            QVERIFY(std::abs(lossValue(*loss_, last, sample_.label, sample_.present) - exact) < 1e-12);
            QVERIFY(maxDifference(lossGradient(*loss_, last, sample_.label, sample_.present),
                                  lossGradient(*loss_, sample_.prediction, sample_.label, sample_.present)) < 1e-12);
        }
    }

    void labelsWithAndWithoutAChannelAreTheSame_data()
    {
        rows([](TaskKind kind, const std::string &) {
            return kind == TaskKind::segmentation || kind == TaskKind::depth || kind == TaskKind::edges || kind == TaskKind::saliency;
        });
    }
    void labelsWithAndWithoutAChannelAreTheSame()
    {
        fetch();
        const at::Tensor other = sample_.label.dim() == 4 ? sample_.label.squeeze(1) : sample_.label.unsqueeze(1);
        QCOMPARE(lossValue(*loss_, sample_.prediction, other, sample_.present), lossValue(*loss_, sample_.prediction, sample_.label, sample_.present));
    }

    void infersForItsKindsAndNoOther()
    {
        for (const std::string &id : lossIds()) {
            const std::unique_ptr<LossBlock> loss = makeLoss(id, {});
            const std::vector<TaskKind> kinds = loss->kinds();
            for (const TaskKind kind : allKinds) {
                const Sample s = makeSample(kind, 1);
                const auto shape = [](const at::Tensor &t) { return Shape(t.sizes().begin() + 1, t.sizes().end()); };
                const PortTypes inputs = {{"prediction", {.type = PortType::prediction, .shape = shape(s.prediction), .task = {}}},
                                          {"label", {.type = PortType::label, .shape = shape(s.label), .task = s.task}}};
                const bool suits = std::ranges::find(kinds, kind) != kinds.end();
                bool inferred = true;
                try {
                    QVERIFY(loss->infer(inputs, 0).outputs.at("loss").type == PortType::loss);
                } catch (const Error &) {
                    inferred = false;
                }
                QVERIFY2(inferred == suits, qPrintable(QString("%1 for %2").arg(id.c_str(), name(kind))));
            }
        }
    }

    void everyLossAndParameterIsDescribed()
    {
        for (const std::string &id : lossIds()) {
            const auto *entry = BlockRegistry::instance().find(id);
            QVERIFY2(!entry->card.title.empty() && !entry->card.summary.empty(), id.c_str());
            for (const ParamSpec &spec : listParams(*entry->make()))
                QVERIFY2(!spec.info.help.empty(), (id + "." + spec.name).c_str());
        }
    }
};

CONCORD_TEST(LossesTest)
#include "losses_test.moc"
