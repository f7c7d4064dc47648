#include "core/data/scenes/scene_room.h"

#include "tests/support/testing.h"

#include <algorithm>
#include <set>

using namespace concord;

class SceneRoomTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everythingStandsInsideTheRoom()
    {
        std::set<SceneClass> seen;
        for (std::uint64_t seed = 0; seed < 300; ++seed) {
            const SceneRoom room = makeSceneRoom(Random(seed));
            const Vec3 camera = room.camera.position;
            QVERIFY(std::abs(camera.x) < room.size.x / 2 && camera.y > 0.5f && camera.y < room.size.y && std::abs(camera.z) < room.size.z / 2);
            for (const ScenePiece &piece : room.pieces) {
                seen.insert(piece.label);
                QVERIFY(piece.count > 0);
                // Shoots up through the whole piece: the camera must not stand in it.
                QVERIFY(length(Vec3{piece.centre.x - camera.x, 0, piece.centre.z - camera.z}) > 0.3f);
                for (std::size_t i = piece.first; i < piece.first + piece.count; ++i) {
                    const Solid &solid = room.solids[i];
                    QVERIFY(length(solid.centre - piece.centre) + solid.reach() <= piece.radius + 1e-4f);
                    QVERIFY(solid.centre.y - solid.half.y > -1e-3f && solid.centre.y + solid.half.y < room.size.y + 0.02f);
                    QVERIFY(std::abs(solid.centre.x) < room.size.x / 2 && std::abs(solid.centre.z) < room.size.z / 2);
                    QVERIFY(solid.material >= 0 && solid.material < int(room.materials.size()));
                }
            }
            for (const ScenePatch &patch : room.patches)
                QVERIFY(patch.left < patch.right && patch.low < patch.high && patch.material < int(room.materials.size()));
        }
        QCOMPARE(seen.size(), 8u); // table, chair, sofa, shelf, lamp, box, sphere, cylinder
    }

    void theCameraIsAFrame()
    {
        for (std::uint64_t seed = 0; seed < 50; ++seed) {
            const SceneCamera camera = makeSceneRoom(Random(seed)).camera;
            const Vec3 axes[] = {camera.right, camera.down, camera.ahead};
            for (int i = 0; i < 3; ++i)
                for (int k = 0; k < 3; ++k)
                    QVERIFY(std::abs(dot(axes[i], axes[k]) - float(i == k)) < 1e-5f);
            QVERIFY(camera.down.y < -0.5f);
            // The world has x right, y up, z ahead; seen along z, right × down = ahead has to hold in that left-handed frame.
            const Vec3 r = camera.right;
            const Vec3 d = camera.down;
            const Vec3 cross{r.y * d.z - r.z * d.y, r.z * d.x - r.x * d.z, r.x * d.y - r.y * d.x};
            QVERIFY(length(cross + camera.ahead) < 1e-5f);
        }
    }

    void raysFindWallsFurnitureAndShadow()
    {
        SceneRoom room{.size = {4, 3, 4}, .materials = std::vector<SceneMaterial>(6)};
        room.solids = {{.form = Solid::Form::sphere, .centre = {0, 1, 0}, .half = {0.5f, 0.5f, 0.5f}, .material = 2}};
        room.pieces = {{.label = SceneClass::sphere, .centre = {0, 1, 0}, .radius = 0.5f, .first = 0, .count = 1}};
        room.patches = {{.plane = 5, .label = SceneClass::window, .left = -1, .right = 1, .low = 1, .high = 2}};
        const SceneHit ball = trace(room, {0, 1, -1.9f}, {0, 0, 1});
        QCOMPARE(ball.label, SceneClass::sphere);
        QVERIFY(std::abs(ball.t - 1.4f) < 1e-5f);
        const SceneHit window = trace(room, {0, 1.6f, -1}, {0, 0, 1});
        QCOMPARE(window.label, SceneClass::window);
        QCOMPARE(window.t, 3.0f);
        QCOMPARE(window.u, 0.5f);
        QVERIFY(std::abs(window.v - 0.6f) < 1e-5f);
        QCOMPARE(trace(room, {0, 2.5f, 0}, {0, 0, 1}).label, SceneClass::wall);
        QCOMPARE(trace(room, {0, 2, 1}, {0.01f, -1, 0}).label, SceneClass::floor);
        QCOMPARE(trace(room, {0, 2, 1}, {0.01f, 1, 0}).label, SceneClass::ceiling);
        QCOMPARE(trace(room, {1, 2, 1}, {1, 0, 0}).normal.x, -1.0f);
        QVERIFY(isShadowed(room, {0, 0.01f, 0}, {0, 2.5f, 0}));
        QVERIFY(!isShadowed(room, {1, 0.01f, 0}, {1, 2.5f, 0}));
        room.pieces[0].castsShadow = false;
        QVERIFY(!isShadowed(room, {0, 0.01f, 0}, {0, 2.5f, 0}));
    }
};

CONCORD_TEST(SceneRoomTest)
#include "scene_room_test.moc"
