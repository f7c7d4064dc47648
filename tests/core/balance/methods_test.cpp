// Every registered weighting against sampled Jacobians: what each must do, and what its card claims.
#include "tests/core/balance/method_case.h"
#include "tests/support/testing.h"

#include <algorithm>
#include <filesystem>

namespace concord::test {

class MethodsTest : public QObject
{
    Q_OBJECT

private:
    static std::vector<std::string> weightings()
    {
        std::vector<std::string> result;
        for (const std::string &id : BalanceRegistry::instance().ids())
            if (!id.starts_with("test_") && BalanceRegistry::instance().make(id)->needs() != BalanceMethod::Needs::jacobian)
                result.push_back(id);
        return result;
    }

    static bool claims(const std::string &id, const std::string &property)
    {
        const auto &list = BalanceRegistry::instance().find(id)->card.claims;
        return std::ranges::find(list, property) != list.end();
    }

    static void rows(const std::string &property = {})
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<int>("index");
        const auto all = sampledJacobians();
        for (const std::string &id : weightings())
            for (std::size_t i = 0; i < all.size(); ++i)
                if (property.empty() || claims(id, property))
                    QTest::newRow((id + "_" + all[i].name).c_str()) << QString::fromStdString(id) << int(i);
    }

    static std::vector<double> lossesFor(int tasks)
    {
        Random random(99);
        std::vector<double> losses;
        for (int i = 0; i < tasks; ++i)
            losses.push_back(random.uniform(0.1, 3));
        return losses;
    }

    static double length(const std::vector<double> &v) { return std::sqrt(dotProduct(v, v)); }

    /// Updates agree as far as a Gramian can tell: lengths to half the digits of double.
    static bool sameUpdate(const std::vector<double> &a, const std::vector<double> &b, double size)
    {
        std::vector<double> difference;
        for (std::size_t i = 0; i < a.size(); ++i)
            difference.push_back(a[i] - b[i]);
        return length(difference) <= 1e-6 * size;
    }

    static double weightedSize(const SampledJacobian &j, const std::vector<double> &weights)
    {
        double size = j.longestRow();
        for (int i = 0; i < j.tasks; ++i)
            size = std::max(size, std::abs(weights[i]) * j.rowNorm(i));
        return size;
    }

private Q_SLOTS:
    void isFiniteAndDeterministic_data() { rows(); }
    void isFiniteAndDeterministic()
    {
        QFETCH(QString, id);
        QFETCH(int, index);
        const SampledJacobian j = sampledJacobians()[index];
        const std::vector<double> losses = lossesFor(j.tasks);
        const auto method = startedMethod(id.toStdString(), j.tasks, {}, 5);
        const auto twin = startedMethod(id.toStdString(), j.tasks, {}, 5);
        for (int round = 0; round < 3; ++round) {
            const BalanceWeights found = weightsOf(*method, losses, j.gramian());
            QCOMPARE(found.weights.size(), std::size_t(j.tasks));
            for (const double weight : found.weights)
                QVERIFY(std::isfinite(weight));
            QVERIFY(found.residual >= 0 && found.residual < 1e-6);
            QCOMPARE(weightsOf(*twin, losses, j.gramian()).weights, found.weights);
            // Every state goes through a checkpoint unchanged.
            method->epochEnded(losses);
            twin->epochEnded(losses);
            const auto restored = startedMethod(id.toStdString(), j.tasks, {}, 123);
            restored->load(method->save());
            QVERIFY(restored->save() == method->save());
            const auto copy = startedMethod(id.toStdString(), j.tasks, {}, 123);
            copy->load(twin->save());
            QCOMPARE(weightsOf(*restored, losses, j.gramian()).weights, weightsOf(*copy, losses, j.gramian()).weights);
        }
    }

    void ignoresTheScaleOfAllGradients_data() { rows(); }
    void ignoresTheScaleOfAllGradients()
    {
        QFETCH(QString, id);
        QFETCH(int, index);
        const SampledJacobian j = sampledJacobians()[index];
        const std::vector<double> reference = weightsOf(*startedMethod(id.toStdString(), j.tasks), lossesFor(j.tasks), j.gramian()).weights;
        for (const double factor : {1e-10, 1e10}) {
            std::vector<double> g = j.gramian();
            for (double &value : g)
                value *= factor * factor;
            const std::vector<double> found = weightsOf(*startedMethod(id.toStdString(), j.tasks), lossesFor(j.tasks), g).weights;
            QVERIFY(sameUpdate(j.combine(found), j.combine(reference), weightedSize(j, reference)));
        }
    }

    void neverConflicts_data() { rows("nonConflicting"); }
    void neverConflicts()
    {
        QFETCH(QString, id);
        QFETCH(int, index);
        const SampledJacobian j = sampledJacobians()[index];
        const std::vector<double> d = updateOf(*startedMethod(id.toStdString(), j.tasks), j, lossesFor(j.tasks));
        for (int i = 0; i < j.tasks; ++i) {
            const std::vector<double> row(j.values.begin() + i * j.params, j.values.begin() + (i + 1) * j.params);
            QVERIFY(dotProduct(row, d) >= -1e-7 * j.rowNorm(i) * j.longestRow());
        }
    }

    void doesNotSeeTheOrderOfTasks_data() { rows("permutationInvariant"); }
    void doesNotSeeTheOrderOfTasks()
    {
        QFETCH(QString, id);
        QFETCH(int, index);
        const SampledJacobian j = sampledJacobians()[index];
        const std::vector<double> losses = lossesFor(j.tasks);
        const std::vector<double> weights = weightsOf(*startedMethod(id.toStdString(), j.tasks), losses, j.gramian()).weights;
        SampledJacobian shuffled = j;
        std::vector<double> shuffledLosses;
        const std::vector<std::int64_t> order = permutation(j.tasks, Random(8));
        for (int i = 0; i < j.tasks; ++i) {
            std::copy_n(j.values.begin() + order[i] * j.params, j.params, shuffled.values.begin() + i * j.params);
            shuffledLosses.push_back(losses[order[i]]);
        }
        const std::vector<double> other = updateOf(*startedMethod(id.toStdString(), j.tasks), shuffled, shuffledLosses);
        QVERIFY(sameUpdate(j.combine(weights), other, weightedSize(j, weights)));
    }

    /// A(diag(c) J) is linear in positive c: A of the sum of two scalings is the sum of both.
    void isLinearUnderScaling_data() { rows("linearUnderScaling"); }
    void isLinearUnderScaling()
    {
        QFETCH(QString, id);
        QFETCH(int, index);
        const SampledJacobian j = sampledJacobians()[index];
        Random random(4);
        std::vector<double> a;
        std::vector<double> b;
        for (int i = 0; i < j.tasks; ++i) {
            a.push_back(random.uniform(0.5, 2));
            b.push_back(random.uniform(0.5, 2));
        }
        const auto scaled = [&](const std::vector<double> &c) {
            SampledJacobian result = j;
            for (int i = 0; i < j.tasks; ++i)
                result.scaleRow(i, c[i]);
            return updateOf(*startedMethod(id.toStdString(), j.tasks), result, lossesFor(j.tasks));
        };
        std::vector<double> both = a;
        for (int i = 0; i < j.tasks; ++i)
            both[i] += b[i];
        std::vector<double> sum = scaled(a);
        const std::vector<double> second = scaled(b);
        for (int p = 0; p < j.params; ++p)
            sum[p] += second[p];
        const std::vector<double> weights = weightsOf(*startedMethod(id.toStdString(), j.tasks), lossesFor(j.tasks), j.gramian()).weights;
        QVERIFY(sameUpdate(scaled(both), sum, 4 * weightedSize(j, weights)));
    }

    /// The update is zero only where positive weights cancel all gradients: not where one task alone could be helped.
    void stopsOnlyWherePositiveWeightsCancel()
    {
        // Zero lies in the hull (rows 0 and 1 cancel), but no positive weights cancel all three.
        const SampledJacobian weak{.name = "", .tasks = 3, .params = 2, .values = {1, 0, -1, 0, 0, 1}};
        for (const std::string &id : weightings()) {
            if (!claims(id, "stronglyStationary"))
                continue;
            QVERIFY2(length(updateOf(*startedMethod(id, 3), weak, {1, 1, 1})) > 1e-3, id.c_str());
        }
    }

    void worksForAPartOfTheTasks()
    {
        const SampledJacobian j = normalJacobian("", 3, 5, 3, 0, 1, 2);
        for (const std::string &id : weightings()) {
            const auto method = startedMethod(id, 7);
            QCOMPARE(weightsOf(*method, {1, 2, 3}, j.gramian(), {1, 4, 6}, 7).weights.size(), std::size_t(3));
        }
    }

    void haveCardsAndHelp()
    {
        static const std::vector<std::string> known{"nonConflicting", "permutationInvariant", "linearUnderScaling", "stronglyStationary"};
        static const std::vector<std::string> engine{"method", "heads", "scale", "granularity", "every", "clip"};
        for (const std::string &id : weightings()) {
            const Card &card = BalanceRegistry::instance().find(id)->card;
            QVERIFY2(!card.title.empty() && !card.summary.empty() && !card.category.empty(), id.c_str());
            for (const std::string &claim : card.claims)
                QVERIFY2(std::ranges::find(known, claim) != known.end(), claim.c_str());
            const auto method = BalanceRegistry::instance().make(id);
            for (const ParamSpec &spec : listParams(*method)) {
                QVERIFY2(!spec.info.help.empty(), spec.name.c_str());
                QVERIFY2(std::ranges::find(engine, spec.name) == engine.end(), spec.name.c_str()); // the node has both lists
            }
            QVERIFY(readParams(*method, writeParams(*method)).empty());
            QVERIFY2(std::filesystem::exists(std::string(CONCORD_SOURCE_DIR) + "/core/balance/" + id + ".cpp"), id.c_str());
            QVERIFY2(std::filesystem::exists(std::string(CONCORD_SOURCE_DIR) + "/tests/core/balance/" + id + "_test.cpp"), id.c_str());
        }
        QVERIFY(weightings().size() >= 7);
    }
};

CONCORD_TEST(MethodsTest)

} // namespace concord::test

#include "methods_test.moc"
