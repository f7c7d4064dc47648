#include "core/data/scenes/solid.h"

#include "core/base/random.h"
#include "tests/support/testing.h"

using namespace concord;

class SolidTest : public QObject
{
    Q_OBJECT

    static bool isInside(const Solid &solid, Vec3 point)
    {
        const Vec3 p = solid.toLocal(point - solid.centre);
        if (solid.form == Solid::Form::sphere)
            return dot(p, p) < solid.half.x * solid.half.x;
        if (solid.form == Solid::Form::box)
            return std::abs(p.x) < solid.half.x && std::abs(p.y) < solid.half.y && std::abs(p.z) < solid.half.z;
        const float share = (p.y / solid.half.y + 1) / 2;
        return std::abs(p.y) < solid.half.y && std::hypot(p.x, p.z) < solid.half.x + share * (solid.half.z - solid.half.x);
    }

private Q_SLOTS:
    void meetsWhereClosedFormsSay()
    {
        Vec3 normal;
        const Solid sphere{.form = Solid::Form::sphere, .centre = {0, 0, 5}, .half = {1, 1, 1}};
        QCOMPARE(sphere.meet({}, {0, 0, 2}, 100, normal), 2.0f);
        QCOMPARE(normal.z, -1.0f);
        const Solid box{.form = Solid::Form::box, .centre = {0, 0, 5}, .half = {1, 2, 3}};
        QCOMPARE(box.meet({}, {0, 0, 1}, 100, normal), 2.0f);
        QCOMPARE(box.meet({}, {0, 0, 1}, 1.5f, normal), 1.5f);
        QCOMPARE(box.meet({}, {0, 0, -1}, 100, normal), 100.0f);
        const Solid cone{.form = Solid::Form::frustum, .centre = {0, 0, 5}, .half = {2, 1, 1}};
        QCOMPARE(cone.meet({}, {0, 0, 1}, 100, normal), 3.5f); // the radius half way up is 1.5
        QVERIFY(std::abs(normal.y - std::sqrt(0.2f)) < 1e-5f); // a slope of 1 in 2
        QCOMPARE(cone.meet({0.5f, 4, 5}, {0, -1, 0}, 100, normal), 3.0f);
        QCOMPARE(normal.y, 1.0f);
    }

    /// Against marching along the ray: nothing of the solid lies before the hit, the hit lies on its skin, and the normal shows out.
    void agreesWithMarching_data()
    {
        QTest::addColumn<int>("form");
        QTest::newRow("box") << 0;
        QTest::newRow("sphere") << 1;
        QTest::newRow("frustum") << 2;
    }

    void agreesWithMarching()
    {
        QFETCH(int, form);
        Random random(17, std::uint64_t(form));
        const auto number = [&](double low, double high) { return float(random.uniform(low, high)); };
        int hits = 0;
        for (int i = 0; i < 2000; ++i) {
            Solid solid{
                .form = Solid::Form(form), .centre = {number(-1, 1), number(-1, 1), number(3, 5)}, .half = {number(0.3, 1), number(0.3, 1), number(0.3, 1)}};
            const float yaw = form == 0 ? number(-3, 3) : 0;
            solid.cosYaw = std::cos(yaw);
            solid.sinYaw = std::sin(yaw);
            const Vec3 origin{number(-1, 1), number(-1, 1), number(-1, 0)};
            const Vec3 direction = Vec3{number(-1.5, 1.5), number(-1.5, 1.5), 5} * 0.2f;
            Vec3 normal{};
            const float t = solid.meet(origin, direction, 20, normal);
            const auto at = [&](float s) { return origin + direction * s; };
            for (float s = 0; s < std::min(t, 12.0f) - 1e-3f; s += 0.02f)
                QVERIFY(!isInside(solid, at(s)));
            if (t == 20)
                continue;
            ++hits;
            QVERIFY(std::abs(length(normal) - 1) < 1e-4f);
            QVERIFY(dot(normal, direction) < 1e-4f);
            QVERIFY(!isInside(solid, at(t) + normal * 2e-3f));
            QVERIFY(length(at(t) - solid.centre) <= solid.reach() + 1e-3f);
            if (dot(normal, direction) < -0.05f) // a grazing ray may cut a corner thinner than the step
                QVERIFY(isInside(solid, at(t) - normal * 2e-3f) || isInside(solid, at(t) - normal * 2e-3f + direction * 2e-3f));
        }
        QVERIFY(hits > 300);
    }
};

CONCORD_TEST(SolidTest)
#include "solid_test.moc"
