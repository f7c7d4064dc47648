#include "core/data/file/idx.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class IdxTest : public QObject
{
    Q_OBJECT

    Fixture fixture_;

private Q_SLOTS:
    void readsPlainAndGzip()
    {
        for (const bool isGzip : {false, true}) {
            const IdxArray array = readIdx(fixture_.idx("a", {2, 1, 3}, "\x01\x02\x03\x04\x05\xff", isGzip), 3);
            QCOMPARE(array.shape, (std::vector<std::int64_t>{2, 1, 3}));
            QCOMPARE(array.values, (std::vector<std::uint8_t>{1, 2, 3, 4, 5, 255}));
        }
    }

    void namesTheFileAndTheFault()
    {
        VERIFY_COMPLAINT(readIdx(fixture_.path("none"), 1), "none", "expected", "found");
        VERIFY_COMPLAINT(readIdx(fixture_.path(""), 1), "expected an idx file");
        VERIFY_COMPLAINT(readIdx(fixture_.bytes("empty", ""), 1), "empty", "expected the 4 bytes", "found 0");
        VERIFY_COMPLAINT(readIdx(fixture_.bytes("magic", std::string("\x00\x00\x0d\x01", 4)), 1), "magic", "00 00 08 01", "00 00 0d 01");
        VERIFY_COMPLAINT(readIdx(fixture_.idx("rank", {1}, "a"), 3), "rank", "found 00 00 08 01");
        VERIFY_COMPLAINT(readIdx(fixture_.bytes("sizes", std::string("\x00\x00\x08\x03\x00\x00", 6)), 3), "sizes", "expected 12 bytes", "found 2");
        VERIFY_COMPLAINT(readIdx(fixture_.idx("short", {5}, "abcd"), 1), "short", "expected 5 values", "found 4");
        VERIFY_COMPLAINT(readIdx(fixture_.idx("long", {3}, "abcd"), 1), "long", "expected 3 values", "found more");
    }

    void aHugeHeaderAsksForNoMemory()
    {
        VERIFY_COMPLAINT(readIdx(fixture_.idx("huge", {0xffffffff, 0xffffffff, 0xffffffff}, ""), 3), "huge", "4 GiB");
        VERIFY_COMPLAINT(readIdx(fixture_.idx("big", {0x7fffffff}, "abc"), 1), "big", "found 3");
    }

    void aCutGzipFileIsDamaged()
    {
        std::string digits;
        for (int i = 0; i < 20000; ++i)
            digits += char(i * 7919 % 251);
        const std::string whole = content(fixture_.idx("whole.gz", {20000}, digits, true));
        for (const double share : {0.3, 0.9})
            VERIFY_COMPLAINT(readIdx(fixture_.bytes("cut.gz", whole.substr(0, std::size_t(share * double(whole.size())))), 1), "cut.gz", "expected", "found");
        std::string bent = whole;
        bent[bent.size() / 2] = char(bent[bent.size() / 2] ^ 0x55);
        VERIFY_COMPLAINT(readIdx(fixture_.bytes("bent.gz", bent), 1), "bent.gz", "expected");
    }
};

CONCORD_TEST(IdxTest)
#include "idx_test.moc"
