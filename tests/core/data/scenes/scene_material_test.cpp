#include "core/data/scenes/scene_material.h"

#include "tests/support/testing.h"

#include <algorithm>

using namespace concord;

class SceneMaterialTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    /// From afar each pattern is calmer than from near, and colours stay between 0 and about 1.
    void patternsFadeWithDistance()
    {
        using Pattern = SceneMaterial::Pattern;
        for (int pattern = 0; pattern <= int(Pattern::window); ++pattern) {
            const SceneMaterial material{.base = {0.2f, 0.3f, 0.4f}, .accent = {0.8f, 0.7f, 0.6f}, .pattern = Pattern(pattern), .scale = 0.1f, .seed = 3};
            float spread[2] = {};
            for (int far = 0; far < 2; ++far) {
                float low = 9;
                float high = -9;
                for (int i = 0; i < 2000; ++i) {
                    const Vec3 c = material.colour(float(i % 50) * 0.02f, float(i / 50) * 0.025f, far ? 1.0f : 0.001f);
                    low = std::min({low, c.x, c.y, c.z});
                    high = std::max({high, c.x, c.y, c.z});
                }
                QVERIFY2(low >= 0 && high < 1.5f, std::to_string(pattern).c_str());
                spread[far] = high - low;
            }
            QVERIFY2(spread[1] <= spread[0], std::to_string(pattern).c_str());
        }
    }

    void aCheckerBoardChanges()
    {
        const SceneMaterial board{.base = {0, 0, 0}, .accent = {1, 1, 1}, .pattern = SceneMaterial::Pattern::checker, .scale = 0.5f};
        QCOMPARE(board.colour(0.1f, 0.1f, 0.001f).x, 0.0f);
        QCOMPARE(board.colour(0.6f, 0.1f, 0.001f).x, 1.0f);
        QCOMPARE(board.colour(-0.1f, 0.1f, 0.001f).x, 1.0f);
        QCOMPARE(board.colour(0.6f, 0.1f, 0.6f).x, 0.5f);
    }

    void hues()
    {
        QCOMPARE(hueColour(0, 1, 1).x, 1.0f);
        QCOMPARE(hueColour(0, 1, 1).y, 0.0f);
        QCOMPARE(hueColour(1.0f / 3, 1, 1).y, 1.0f);
        QCOMPARE(hueColour(0.7f, 0, 0.5f).z, 0.25f);
    }
};

CONCORD_TEST(SceneMaterialTest)
#include "scene_material_test.moc"
