#include "core/tensor/safetensors.h"

#include "core/base/error.h"
#include "core/base/file.h"
#include "core/base/random.h"

#include "tests/support/testing.h"

#include <QTemporaryDir>

#include <sys/resource.h>

#include <csignal>
#include <cstring>
#include <fstream>

using namespace concord;

namespace {

/// A file made by hand: length, header, data.
std::string stDocument(const std::string &header, const std::string &data)
{
    const std::uint64_t length = header.size();
    std::string bytes(8, '\0');
    std::memcpy(bytes.data(), &length, 8);
    return bytes + header + data;
}

NamedTensors everyType()
{
    NamedTensors tensors;
    for (const at::ScalarType type : {at::kDouble, at::kFloat, at::kHalf, at::kBFloat16, at::kLong, at::kInt, at::kShort, at::kChar, at::kByte, at::kBool})
        tensors.emplace_back(std::string("t.") + c10::toString(type), (at::arange(6) % 4).view({2, 3}).to(type));
    tensors.emplace_back("scalar", at::full({}, 2.5f));
    tensors.emplace_back("empty", at::empty({0, 7}));
    tensors.emplace_back("weight", at::arange(120, at::kFloat).view({2, 3, 4, 5}).contiguous(at::MemoryFormat::ChannelsLast));
    tensors.emplace_back("view", at::arange(20, at::kLong).view({4, 5}).t());
    return tensors;
}

} // namespace

class SafetensorsTest : public QObject
{
    Q_OBJECT

    QTemporaryDir folder_;

    std::filesystem::path path(const char *name) const { return std::filesystem::path(folder_.path().toStdString()) / name; }

    void put(const std::filesystem::path &file, const std::string &bytes) const
    {
        // Truncating a file in place makes ext4 flush it on close: thousands of them take seconds.
        std::filesystem::remove(file);
        std::ofstream(file, std::ios::binary).write(bytes.data(), std::streamsize(bytes.size()));
    }

    /// The sentence of the refusal; "read" when there was none.
    QString refusal(const std::string &bytes) const
    {
        const std::filesystem::path file = path("bad.safetensors");
        put(file, bytes);
        try {
            loadSafetensors(file);
        } catch (const Error &error) {
            const QString text = error.what();
            return text.startsWith(QString::fromStdString(file.string()) + ": ") ? text.mid(int(file.string().size()) + 2) : "unnamed file: " + text;
        }
        return "read";
    }

private Q_SLOTS:
    void everyTypeAndShapeComesBack()
    {
        const NamedTensors tensors = everyType();
        saveSafetensors(path("all"), tensors, {{"step", "17"}, {"名", "\"quoted\"\n"}});
        const Safetensors loaded = loadSafetensors(path("all"));
        QCOMPARE(loaded.tensors.size(), tensors.size());
        for (const auto &[name, tensor] : tensors) {
            const at::Tensor &found = loaded.tensors.at(name);
            QVERIFY2(found.scalar_type() == tensor.scalar_type() && found.equal(tensor), name.c_str());
        }
        QCOMPARE(loaded.metadata.at("名"), std::string("\"quoted\"\n"));
        QCOMPARE(loaded.metadata.size(), std::size_t(2));
    }

    void nothingIsAFileToo()
    {
        saveSafetensors(path("none"), {});
        QVERIFY(loadSafetensors(path("none")).tensors.empty());
    }

    void sameTensorsGiveTheSameBytes()
    {
        NamedTensors tensors = everyType();
        saveSafetensors(path("a"), tensors);
        std::reverse(tensors.begin(), tensors.end());
        saveSafetensors(path("b"), tensors);
        QCOMPARE(readFile(path("a")), readFile(path("b")));
    }

    /// Bytes as the format's description lays them out; float 1 is 0x3f800000.
    void readsAndWritesTheFormat()
    {
        const std::string one("\x00\x00\x80\x3f", 4);
        const std::string bytes = stDocument(R"({"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}} )", one);
        put(path("made"), bytes);
        QCOMPARE(loadSafetensors(path("made")).tensors.at("a").item<float>(), 1.0f);
        saveSafetensors(path("written"), {{"a", at::ones({1})}});
        const std::string written = readFile(path("written"));
        QCOMPARE(written.size() % 8, std::size_t(4));
        QVERIFY(written.ends_with(one));
        QVERIFY(written.substr(8).starts_with(R"({"a":{"data_offsets":[0,4],"dtype":"F32","shape":[1]}})"));
    }

    void damageIsNamed_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("expected");
        const auto row = [](const char *tag, const std::string &bytes, const char *expected) {
            QTest::newRow(tag) << QByteArray(bytes.data(), qsizetype(bytes.size())) << QString::fromUtf8(expected);
        };
        const std::string four(4, 'x');
        const auto entry = [](const char *text) { return std::string("{\"a\":") + text + "}"; };
        row("empty", "", "expected a safetensors file of at least 8 bytes, found 0");
        row("short", "1234", "expected a safetensors file of at least 8 bytes, found 4");
        row("length", std::string(8, '\xff') + "{}", "expected a header of at most the 2 bytes that follow, found a length of 18446744073709551615");
        row("json", stDocument("{\"a\"", ""), "expected a header in JSON, found something else");
        row("list", stDocument("[]", ""), "expected a header that is a JSON object, found array");
        row("deep", stDocument(std::string(100000, '['), ""), "expected a header three levels deep, found more");
        row("twice", stDocument(R"({"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}})", ""),
            "expected each name once, found 'a' again");
        row("members", stDocument(entry(R"({"dtype":"F32","shape":[1]})"), four), "tensor 'a': expected dtype, shape and data_offsets, found something else");
        row("dtype", stDocument(entry(R"({"dtype":"F31","shape":[1],"data_offsets":[0,4]})"), four),
            "tensor 'a': expected a dtype of F64, F32, F16, BF16, I64, I32, I16, I8, U8, BOOL, found 'F31'");
        row("outside", stDocument(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,8]})"), four),
            "tensor 'a': expected data_offsets [begin, end] within 4 bytes, found [0,8]");
        row("backwards", stDocument(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[4,0]})"), four),
            "tensor 'a': expected data_offsets [begin, end] within 4 bytes, found [4,0]");
        row("size", stDocument(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"), four), "tensor 'a': expected 8 bytes for its shape, found 4");
        row("negative", stDocument(entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"), four),
            "tensor 'a': expected shape that is a list of at most 32 whole numbers, found something else");
        row("overflow", stDocument(entry(R"({"dtype":"F32","shape":[4611686018427387904,4,1],"data_offsets":[0,0]})"), ""),
            "tensor 'a': expected a shape of at most 0 bytes, found [4611686018427387904,4,1]");
        row("hidden overflow", stDocument(entry(R"({"dtype":"F32","shape":[0,4611686018427387904,4],"data_offsets":[0,0]})"), ""),
            "tensor 'a': expected a shape of at most 0 bytes, found [0,4611686018427387904,4]");
        row("gap", stDocument(entry(R"({"dtype":"U8","shape":[2],"data_offsets":[2,4]})"), four), "tensor 'a': expected its data at byte 0, found 2");
        row("overlap", stDocument(R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}})", four),
            "tensor 'b': expected its data at byte 3, found 2");
        row("left over", stDocument("{}", four), "expected 0 bytes of data, found 4");
        row("metadata", stDocument(R"({"__metadata__":{"a":1}})", ""), "metadata 'a': expected a text, found number");
    }
    void damageIsNamed()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, expected);
        QCOMPARE(refusal(std::string(bytes.data(), std::size_t(bytes.size()))), expected);
    }

    void flagsAreTrueOrFalse()
    {
        put(path("flags"), stDocument(R"({"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}})", std::string("\x02\x00", 2)));
        QCOMPARE(loadSafetensors(path("flags")).tensors.at("a").sum().item<std::int64_t>(), std::int64_t(1));
    }

    void everyTruncationIsRefused()
    {
        saveSafetensors(path("whole"), everyType(), {{"k", "v"}});
        const std::string bytes = readFile(path("whole"));
        for (std::size_t length = 0; length < bytes.size(); length += length < 600 ? 1 : 37)
            QVERIFY2(refusal(bytes.substr(0, length)) != "read", std::to_string(length).c_str());
        QVERIFY(refusal(bytes.substr(0, bytes.size() - 1)) != "read");
    }

    /// Flipped, inserted, removed and copied bytes: a file is read or refused with an Error, never anything else.
    void twoThousandMutationsGiveErrorsOnly()
    {
        saveSafetensors(path("seed"), everyType(), {{"k", "v"}});
        const std::string seed = readFile(path("seed"));
        const std::size_t headerEnd = seed.find("}}") + 200;
        int refused = 0;
        for (std::uint64_t round = 0; round < 2000; ++round) {
            Random random(round, 99);
            std::string bytes = seed;
            for (std::uint64_t edits = 1 + random.below(4); edits > 0; --edits) {
                // Mostly the length and the header, where damage matters.
                const std::size_t at = random.below(random.chance(0.9) ? std::min(headerEnd, bytes.size()) : bytes.size());
                switch (random.below(4)) {
                case 0:
                    bytes[at] = char(random.bits());
                    break;
                case 1:
                    bytes.insert(at, 1, "0123456789[]{},:\""[random.below(17)]);
                    break;
                case 2:
                    bytes.erase(at, 1 + random.below(8));
                    break;
                default:
                    bytes.insert(at, bytes.substr(random.below(bytes.size()), random.below(40)));
                }
            }
            refused += refusal(bytes) != "read";
        }
        QVERIFY2(refused > 1000, std::to_string(refused).c_str());
    }

    void whatCannotBeStoredIsRefusedAndTheOldFileStays()
    {
        saveSafetensors(path("kept"), {{"a", at::ones({1})}});
        const std::string before = readFile(path("kept"));
        QVERIFY_EXCEPTION_THROWN(saveSafetensors(path("kept"), {{"a", at::ones({1})}, {"a", at::ones({2})}}), Error);
        QVERIFY_EXCEPTION_THROWN(saveSafetensors(path("kept"), {{"__metadata__", at::ones({1})}}), Error);
        QVERIFY_EXCEPTION_THROWN(saveSafetensors(path("kept"), {{"a", at::Tensor()}}), Error);
        QVERIFY_EXCEPTION_THROWN(saveSafetensors(path("kept"), {{"a", at::ones({1}, at::kComplexFloat)}}), Error);
        QVERIFY_EXCEPTION_THROWN(saveSafetensors(path("kept"), {{"\xff\xfe", at::ones({1})}}), Error);
        QCOMPARE(readFile(path("kept")), before);
    }

    void aWriteThatFailsHalfwayKeepsTheOldFile()
    {
        saveSafetensors(path("old"), {{"a", at::ones({1})}});
        const std::string before = readFile(path("old"));
        struct rlimit limit;
        QCOMPARE(::getrlimit(RLIMIT_FSIZE, &limit), 0);
        struct rlimit small = limit;
        small.rlim_cur = 1024;
        const auto handler = std::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &small);
        bool refused = false;
        try {
            saveSafetensors(path("old"), {{"a", at::ones({10000})}});
        } catch (const Error &) {
            refused = true;
        }
        ::setrlimit(RLIMIT_FSIZE, &limit);
        std::signal(SIGXFSZ, handler);
        QVERIFY(refused);
        QCOMPARE(readFile(path("old")), before);
    }

    void missingFilesAndFoldersAreNamed()
    {
        QVERIFY_EXCEPTION_THROWN(loadSafetensors(path("absent")), Error);
        QVERIFY_EXCEPTION_THROWN(loadSafetensors(folder_.path().toStdString()), Error);
        QVERIFY_EXCEPTION_THROWN(saveSafetensors(path("no/such/folder"), {{"a", at::ones({1})}}), Error);
    }
};

CONCORD_TEST(SafetensorsTest)
#include "safetensors_test.moc"
