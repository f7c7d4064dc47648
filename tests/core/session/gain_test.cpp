#include "core/base/error.h"
#include "core/session/session.h"
#include "tests/support/testing.h"

#include <QTemporaryDir>

namespace concord::test {

/// Runs with known evaluations; Δm worked out by hand.
class GainTest : public QObject
{
    Q_OBJECT

    static int add(RunStore &store, const std::string &tasks, const std::map<std::string, double> &values)
    {
        const int run = store.createRun({.name = "r", .experiment = "{}", .tasks = tasks});
        std::vector<RunEvent> events;
        for (const auto &[series, value] : values) {
            events.push_back(ScalarEvent{"val/" + series, 1, 0, 1});   // an evaluation before the last one does not count
            events.push_back(ScalarEvent{"val/" + series, 2, 0, value});
        }
        store.append(run, events);
        return run;
    }

    static constexpr const char *seg = R"([{"name":"seg","kind":"segmentation","classes":3}])";
    static constexpr const char *depth = R"([{"name":"depth","kind":"depth","unit":"m"}])";
    static constexpr const char *both = R"([{"name":"seg","kind":"segmentation","classes":3},{"name":"depth","kind":"depth","unit":"m"}])";

    QTemporaryDir folder_;
    std::unique_ptr<RunStore> store_;

    std::string failure(int run, const std::vector<int> &baselines) const
    {
        try {
            relativeGain(*store_, run, baselines);
        } catch (const Error &error) {
            return error.what();
        }
        return {};
    }

private Q_SLOTS:
    void initTestCase()
    {
        store_ = std::make_unique<RunStore>(folder_.filePath("p.concord").toStdString(), RunStore::Mode::create);
        add(*store_, seg, {{"seg/mIoU", 40}});                       // 1
        add(*store_, depth, {{"depth/abs", 0.5}});                   // 2
        add(*store_, both, {{"seg/mIoU", 44}, {"depth/abs", 0.6}});  // 3
        add(*store_, both, {{"seg/mIoU", 44}});                      // 4
        add(*store_, depth, {{"depth/abs", 0}});                     // 5
        add(*store_, "", {});                                        // 6
    }

    void isTheMeanOfSignedRelativeGains()
    {
        // (+10 % on segmentation, where more is better; 20 % more error in depth) / 2
        QVERIFY(std::abs(relativeGain(*store_, 3, {1, 2}) - (10.0 - 20.0) / 2) < 1e-9);
        QVERIFY(std::abs(relativeGain(*store_, 3, {2, 1}) + 5) < 1e-9);
        QVERIFY(std::abs(relativeGain(*store_, 1, {3}) - 100 * (40.0 - 44) / 44) < 1e-9);
        QCOMPARE(relativeGain(*store_, 1, {1}), 0.0);
    }

    void saysWhatIsMissing()
    {
        QVERIFY2(failure(3, {1}).find("'depth'") != std::string::npos, failure(3, {1}).c_str());
        QVERIFY2(failure(4, {1, 2}).find("run 4") != std::string::npos, failure(4, {1, 2}).c_str());
        QVERIFY2(failure(3, {1, 5}).find("is 0") != std::string::npos, failure(3, {1, 5}).c_str());
        QVERIFY2(failure(3, {1, 2, 3}).find("runs 1 and 3") != std::string::npos, failure(3, {1, 2, 3}).c_str());
        QVERIFY2(failure(6, {1}).find("run 6") != std::string::npos, failure(6, {1}).c_str());
        QVERIFY2(failure(77, {1}).find("77") != std::string::npos, failure(77, {1}).c_str());
    }
};

CONCORD_TEST(GainTest)

} // namespace concord::test

#include "gain_test.moc"
