#include "core/tensor/cholesky.h"

#include "tests/core/tensor/sampled_jacobian.h"
#include "tests/support/testing.h"

namespace concord::test {

class CholeskyTest : public QObject
{
    Q_OBJECT

private:
    static void verifySolves(const std::vector<double> &matrix, int count, const std::vector<int> &members, const GrowingCholesky &factor)
    {
        QCOMPARE(factor.size(), int(members.size()));
        std::vector<double> expected;
        for (std::size_t i = 0; i < members.size(); ++i)
            expected.push_back(1.0 + double(i));
        std::vector<double> right(members.size(), 0.0);
        for (std::size_t i = 0; i < members.size(); ++i)
            for (std::size_t j = 0; j < members.size(); ++j)
                right[i] += matrix[members[i] * count + members[j]] * expected[j];
        const std::vector<double> found = factor.solve(right);
        for (std::size_t i = 0; i < members.size(); ++i)
            QVERIFY2(std::abs(found[i] - expected[i]) < 1e-8, qPrintable(QString::number(found[i])));
    }

private Q_SLOTS:
    void solvesAfterGrowingAndShrinking()
    {
        const int count = 7;
        const std::vector<double> matrix = normalJacobian("", count, 20, count, 0, 1, 3).gramian();
        GrowingCholesky factor;
        std::vector<int> members;
        const auto append = [&](int row) {
            std::vector<double> products;
            for (const int member : members)
                products.push_back(matrix[row * count + member]);
            members.push_back(row);
            QVERIFY(factor.append(products, matrix[row * count + row]));
        };
        for (const int row : {3, 0, 5, 6, 1})
            append(row);
        verifySolves(matrix, count, members, factor);
        for (const int position : {1, 3, 0}) {
            factor.remove(position);
            members.erase(members.begin() + position);
            verifySolves(matrix, count, members, factor);
        }
        append(4);
        verifySolves(matrix, count, members, factor);
    }

    void refusesADependentRow()
    {
        GrowingCholesky factor;
        QVERIFY(factor.append(std::vector<double>{}, 1e-20));
        QVERIFY(!factor.append(std::vector<double>{2e-20}, 4e-20)); // twice the first
        QCOMPARE(factor.size(), 1);
        QVERIFY(factor.append(std::vector<double>{2e-20}, 5e-20));
    }
};

CONCORD_TEST(CholeskyTest)

} // namespace concord::test

#include "cholesky_test.moc"
