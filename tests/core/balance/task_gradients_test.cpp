#include "core/balance/task_gradients.h"

#include "tests/support/testing.h"

namespace concord::test {

class TaskGradientsTest : public QObject
{
    Q_OBJECT

private:
    static at::Tensor filled(double value) { return at::full({2, 3}, value); }
    static bool is(const at::Tensor &tensor, double value) { return tensor.defined() && at::equal(tensor, filled(value)); }

private Q_SLOTS:
    void addsOneByOne()
    {
        TaskGradients gradients(3);
        gradients.add(0, filled(1));
        gradients.add(2, filled(5));
        gradients.add(2, filled(2));
        gradients.add(1, at::Tensor());
        QVERIFY(gradients.reaches(0) && !gradients.reaches(1) && gradients.reaches(2));
        QVERIFY(is(gradients.of(2), 7));
        QVERIFY(!gradients.of(1).defined());
        const at::Tensor stack = gradients.stack({0, 1, 2});
        QVERIFY(is(stack[0], 1) && is(stack[1], 0) && is(stack[2], 7));
        QVERIFY(is(gradients.combined(std::vector<double>{2, 9, -1}), -5));
        QVERIFY(is(gradients.of(0), 1)); // sums do not change their parts
    }

    void addsStacks()
    {
        TaskGradients gradients(3);
        gradients.addStack({0, 2}, at::stack({filled(1), filled(3)}));
        QVERIFY(gradients.reaches(2) && !gradients.reaches(1));
        QVERIFY(is(gradients.combined(std::vector<double>{1, 100, 2}), 7));
        gradients.addStack({0, 2}, at::stack({filled(1), filled(1)}));
        QVERIFY(is(gradients.of(2), 4));
        gradients.add(1, filled(10));
        gradients.addStack({1, 2}, at::stack({filled(1), filled(1)}));
        QVERIFY(is(gradients.of(0), 2) && is(gradients.of(1), 11) && is(gradients.of(2), 5));
        QVERIFY(is(gradients.combined(std::vector<double>{1, 1, 1}), 18));
        gradients.clear();
        QVERIFY(!gradients.combined(std::vector<double>{1, 1, 1}).defined());
    }

    void addsWhatIsCombinedAlready()
    {
        TaskGradients gradients(2);
        const at::Tensor given = filled(4);
        gradients.addCombined(given);
        gradients.add(0, filled(1));
        gradients.add(1, filled(2));
        QVERIFY(is(gradients.combined(std::vector<double>{1, 0.5}), 6));
        QVERIFY(is(given, 4));
    }
};

CONCORD_TEST(TaskGradientsTest)

} // namespace concord::test

#include "task_gradients_test.moc"
