#include "core/data/folder/task_text.h"

#include "tests/core/data/fixture.h"
#include "tests/support/testing.h"

using namespace concord;
using namespace concord::test;

class TaskTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void readsTheGrammar()
    {
        const auto tasks = parseFolderTasks(
            {"parts:segmentation:labels:names=sky|road:ignore=2", "depth:depth:scale=0.01", "edges:edges:from=parts", "mask:saliency::threshold=128"});
        QCOMPARE(tasks[0].folder, std::string("labels"));
        QCOMPARE(tasks[0].info.classes, 2);
        QCOMPARE(tasks[0].info.ignore, 2);
        QCOMPARE(tasks[0].info.classNames, (std::vector<std::string>{"sky", "road"}));
        QCOMPARE(tasks[1].folder, std::string("depth"));
        QCOMPARE(tasks[1].scale, 0.01);
        QCOMPARE(tasks[1].info.unit, std::string("m"));
        QCOMPARE(tasks[2].from, std::string("parts"));
        QCOMPARE(tasks[2].info.classes, 1);
        QCOMPARE(tasks[3].folder, std::string("mask"));
        QCOMPARE(tasks[3].threshold, 128.0);
    }

    void saysWhatIsWrong_data()
    {
        QTest::addColumn<QStringList>("texts");
        QTest::addColumn<QString>("part");
        QTest::newRow("none") << QStringList{} << "found none";
        QTest::newRow("no kind") << QStringList{"depth"} << "no kind";
        QTest::newRow("no name") << QStringList{":depth"} << "no name";
        QTest::newRow("kind") << QStringList{"a:dept"} << "did you mean 'depth'";
        QTest::newRow("classes") << QStringList{"a:segmentation:x"} << "expected classes=N";
        QTest::newRow("not a number") << QStringList{"a:segmentation:x:classes=many"} << "found 'many'";
        QTest::newRow("fraction") << QStringList{"a:segmentation:x:classes=2.5"} << "whole number";
        QTest::newRow("names") << QStringList{"a:segmentation:x:classes=3:names=a|b"} << "expected 3 class names, found 2";
        QTest::newRow("option") << QStringList{"a:depth:x:scal=2"} << "did you mean 'scale'";
        QTest::newRow("two folders") << QStringList{"a:depth:x:y"} << "found 'y'";
        QTest::newRow("scale") << QStringList{"a:depth:x:scale=-1"} << "found '-1'";
        QTest::newRow("twice") << QStringList{"a:depth", "a:edges"} << "'a' twice";
        QTest::newRow("from") << QStringList{"a:edges:from=b"} << "found 'b'";
        QTest::newRow("from kind") << QStringList{"a:segmentation:x:classes=2", "d:depth:from=a"} << "for kind edges only";
    }

    void saysWhatIsWrong()
    {
        QFETCH(QStringList, texts);
        QFETCH(QString, part);
        std::vector<std::string> list;
        for (const QString &text : texts)
            list.push_back(text.toStdString());
        VERIFY_COMPLAINT(parseFolderTasks(list), part.toStdString(), "expected");
    }
};

CONCORD_TEST(TaskTextTest)
#include "task_text_test.moc"
