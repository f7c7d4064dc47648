#include "core/data/folder/file_pairs.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class FilePairsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void pairsByStem()
    {
        const Fixture fixture;
        for (const char *name :
             {"images/b.jpg", "images/a.png", "images/notes.txt", "images/.hidden.png", "labels/a.png", "labels/c.png", "depth/a.npy", "depth/b.png"})
            fixture.bytes(name, "x");
        const auto pairs = pairFiles(fixture.path(), "images", parseFolderTasks({"s:segmentation:labels:classes=2", "d:depth:depth", "e:edges:from=s"}));
        QCOMPARE(pairs.size(), 2u);
        QCOMPARE(pairs[0].image, fixture.path("images/a.png"));
        QCOMPARE(pairs[0].labels[0], fixture.path("labels/a.png"));
        QCOMPARE(pairs[0].labels[1], fixture.path("depth/a.npy"));
        QVERIFY(pairs[1].labels[0].empty());
        QCOMPARE(pairs[1].labels[1], fixture.path("depth/b.png"));
    }

    void saysWhatIsWrong()
    {
        const Fixture fixture;
        const auto tasks = parseFolderTasks({"s:segmentation:labels:classes=2"});
        const auto pair = [&] { pairFiles(fixture.path(), "images", tasks); };
        VERIFY_COMPLAINT(pair(), "images", "expected a folder", "found nothing");
        fixture.bytes("images/readme.txt", "x");
        VERIFY_COMPLAINT(pair(), "images", "expected images", "found none");
        fixture.bytes("images/a.png", "x");
        VERIFY_COMPLAINT(pair(), "labels", "expected a folder", "found nothing");
        fixture.bytes("labels", "x");
        VERIFY_COMPLAINT(pair(), "labels", "expected a folder", "found something else");
        std::filesystem::remove(fixture.path("labels"));
        fixture.bytes("labels/a_label.png", "x");
        VERIFY_COMPLAINT(pair(), "labels", "such as 'a'", "but 'a_label'");
        fixture.bytes("images/a.jpg", "x");
        VERIFY_COMPLAINT(pair(), "images", "one file for each stem", "a.png", "a.jpg");
    }
};

CONCORD_TEST(FilePairsTest)
#include "file_pairs_test.moc"
