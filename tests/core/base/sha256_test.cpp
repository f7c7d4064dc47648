#include "core/base/sha256.h"

#include "tests/support/testing.h"

#include <QCryptographicHash>

using namespace concord;

/// Expected values: NIST, "Examples with Intermediate Values" for SHA-256, and its long message of a million letters a.
class Sha256Test : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void agreesWithNist()
    {
        QCOMPARE(sha256(""), std::string("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"));
        QCOMPARE(sha256("abc"), std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        QCOMPARE(sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
                 std::string("248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"));
        QCOMPARE(sha256("abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu"),
                 std::string("cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"));
        QCOMPARE(sha256(std::string(1000000, 'a')), std::string("cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"));
    }

    void agreesWithQtAtEveryLengthAroundABlock()
    {
        for (int size = 0; size < 200; ++size) {
            QByteArray bytes(size, '\0');
            for (int i = 0; i < size; ++i)
                bytes[i] = char(i * 37 + size);
            QCOMPARE(QByteArray::fromStdString(sha256(bytes.toStdString())), QCryptographicHash::hash(bytes, QCryptographicHash::Sha256).toHex());
        }
    }

    void takesPieces()
    {
        const std::string text(1000, 'x');
        for (const std::size_t piece : {1, 7, 63, 64, 65, 200}) {
            Sha256 hash;
            for (std::size_t i = 0; i < text.size(); i += piece) {
                hash.add(std::string_view(text).substr(i, piece));
                QCOMPARE(hash.hex().size(), std::size_t(64));   // asking does not end it
            }
            QCOMPARE(hash.hex(), sha256(text));
        }
    }
};

CONCORD_TEST(Sha256Test)
#include "sha256_test.moc"
