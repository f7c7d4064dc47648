#include "core/data/file/npy.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

#include <cmath>

using namespace concord;
using namespace concord::test;

class NpyTest : public QObject
{
    Q_OBJECT

    Fixture fixture_;

    template<class T>
    static std::string raw(const std::vector<T> &values)
    {
        return {reinterpret_cast<const char *>(values.data()), sizeof(T) * values.size()};
    }

private Q_SLOTS:
    void readsEveryKindOfNumber()
    {
        const std::vector<float> expected = {0, 1, 7, 100};
        const std::vector<std::filesystem::path> files = {
            fixture_.npy("f4.npy", "<f4", "(4,)", raw<float>({0, 1, 7, 100})),         fixture_.npy("f8.npy", "<f8", "(4,)", raw<double>({0, 1, 7, 100})),
            fixture_.npy("u1.npy", "|u1", "(4,)", raw<std::uint8_t>({0, 1, 7, 100})),  fixture_.npy("i1.npy", "|i1", "(4,)", raw<std::int8_t>({0, 1, 7, 100})),
            fixture_.npy("u2.npy", "<u2", "(4,)", raw<std::uint16_t>({0, 1, 7, 100})), fixture_.npy("i4.npy", "<i4", "(4,)", raw<std::int32_t>({0, 1, 7, 100})),
            fixture_.npy("i8.npy", "<i8", "(4,)", raw<std::int64_t>({0, 1, 7, 100}))};
        for (const auto &file : files)
            QCOMPARE(readNpy(file).values, expected);
    }

    void readsShapes()
    {
        QCOMPARE(readNpy(fixture_.npy("a.npy", "(2, 3)", {1, 2, 3, 4, 5, 6})).shape, (std::vector<std::int64_t>{2, 3}));
        QCOMPARE(readNpy(fixture_.npy("b.npy", "()", {5})).shape, std::vector<std::int64_t>{});
        QVERIFY(readNpy(fixture_.npy("c.npy", "(0, 4)", std::vector<float>{})).values.empty());
        QVERIFY(std::isnan(readNpy(fixture_.npy("d.npy", "(1,)", {NAN})).values[0]));
    }

    void namesTheFileAndTheFault()
    {
        VERIFY_COMPLAINT(readNpy(fixture_.path("none.npy")), "none.npy");
        VERIFY_COMPLAINT(readNpy(fixture_.bytes("text.npy", "this is not an array")), "text.npy", "expected a NumPy file");
        VERIFY_COMPLAINT(readNpy(fixture_.bytes("tiny.npy", "\x93NUMPY")), "tiny.npy", "expected");
        VERIFY_COMPLAINT(readNpy(fixture_.bytes("version.npy", std::string("\x93NUMPY\x09\x00\x00\x00", 10))), "version.npy", "format 1 to 3", "found 9");
        VERIFY_COMPLAINT(readNpy(fixture_.bytes("header.npy", std::string("\x93NUMPY\x01\x00\xff\xff{}", 12))), "header.npy", "65535", "found 2");
        VERIFY_COMPLAINT(readNpy(fixture_.npy("big.npy", ">f4", "(1,)", "abcd")), "big.npy", "little-endian", ">f4");
        VERIFY_COMPLAINT(readNpy(fixture_.npy("object.npy", "|O", "(1,)", "abcd")), "object.npy", "|O");
        VERIFY_COMPLAINT(readNpy(fixture_.npy("short.npy", "(2, 2)", {1, 2, 3})), "short.npy", "expected 16 bytes", "2×2", "found 12");
        VERIFY_COMPLAINT(readNpy(fixture_.npy("long.npy", "(2,)", {1, 2, 3})), "long.npy", "expected 8 bytes", "found 12");
        VERIFY_COMPLAINT(readNpy(fixture_.npy("minus.npy", "(-2,)", {1})), "minus.npy", "-2");
        VERIFY_COMPLAINT(readNpy(fixture_.npy("huge.npy", "(4294967296, 4294967296, 4294967296)", {1})), "huge.npy", "fits into memory");
    }

    void columnMajorIsRefused()
    {
        std::string text = content(fixture_.npy("f.npy", "(1, 2)", {1, 2}));
        text.replace(text.find("False"), 5, "True ");
        VERIFY_COMPLAINT(readNpy(fixture_.bytes("f.npy", text)), "f.npy", "C order", "True");
    }

    /// Cut anywhere, a file is an error and never a crash.
    void everyCutIsAnError()
    {
        const std::string whole = content(fixture_.npy("w.npy", "(2, 2)", {1, 2, 3, 4}));
        for (std::size_t length = 0; length < whole.size(); ++length)
            QVERIFY(!complaint([&] { readNpy(fixture_.bytes("cut.npy", whole.substr(0, length))); }).empty());
    }
};

CONCORD_TEST(NpyTest)
#include "npy_test.moc"
