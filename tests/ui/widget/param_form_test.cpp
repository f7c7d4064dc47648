#include "tests/support/testing.h"
#include "ui/widget/param_field.h"
#include "ui/widget/param_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QLineEdit>
#include <QSignalSpy>
#include <QToolButton>

namespace concord::test {

/// One parameter of each type, with each fact that a form uses.
class EveryKind : public Parametrised
{
public:
    void params(ParamVisitor &v) override
    {
        v("flag", flag, {.help = "A switch"});
        v("blocksPerStage", whole, {.help = "A whole number", .unit = "blocks", .min = 1, .max = 64});
        v("learning_rate", number, {.help = "A number", .min = 0, .max = 1});
        v("name", text, {.help = "A text"});
        v("kind", choice, {.help = "A choice", .label = "normalisation", .choices = {"batch", "none", "layer"}});
        v("channels", numbers, {.help = "Whole numbers", .min = 1, .max = 8192});
        v("tasks", texts, {.help = "Texts"});
        v("folder", folder, {.help = "A folder", .path = true});
        v("seed", seed, {.help = "Rarely needed", .min = 0, .advanced = true});
        if (choice == "layer")
            v("groups", groups, {.help = "Only with layer normalisation", .min = 1});
    }

    bool flag = false;
    std::int64_t whole = 2;
    double number = 0.001;
    std::string text = "abc";
    std::string choice = "batch";
    std::vector<std::int64_t> numbers = {2, 2, 2};
    std::vector<std::string> texts = {"depth"};
    std::string folder;
    std::int64_t seed = 5000000000; // more than an int holds
    std::int64_t groups = 4;
};

/// A form whose owner keeps the values, as the inspector does.
class OwnedForm
{
public:
    OwnedForm()
    {
        QObject::connect(&form, &ParamForm::edited, &form, [this](const QString &name, const ParamValue &value) {
            ++edits;
            values[name.toStdString()] = value;
            show();
        });
        QObject::connect(&form, &ParamForm::resetWanted, &form, [this](const QString &name) {
            values.erase(name.toStdString());
            show();
        });
        show();
        form.QWidget::show();
    }

    void show()
    {
        form.show([] { return std::make_unique<EveryKind>(); }, values);
    }
    QLineEdit *line(const char *name) { return qobject_cast<QLineEdit *>(form.field(name)->editor()); }
    void type(const char *name, const QString &text)
    {
        QLineEdit *edit = line(name);
        edit->selectAll();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
    }

    ParamForm form;
    ParamMap values;
    int edits = 0;
};

class ParamFormTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyTypeRoundTrips()
    {
        OwnedForm owned;
        QCOMPARE(owned.form.fieldCount(), 9);
        qobject_cast<QCheckBox *>(owned.form.field("flag")->editor())->click();
        owned.type("blocksPerStage", QStringLiteral("12"));
        owned.type("learning_rate", QStringLiteral("2.5e-4"));
        owned.type("name", QStringLiteral("a, b"));
        auto *combo = qobject_cast<QComboBox *>(owned.form.field("kind")->editor());
        QTest::keyClick(combo, Qt::Key_Down);
        owned.type("channels", QStringLiteral("8, 16,32"));
        owned.type("tasks", QStringLiteral("depth, normals"));
        owned.type("folder", QStringLiteral("/data/x"));
        owned.type("seed", QStringLiteral("123456789012345"));
        const ParamMap expected = {{"flag", true},
                                   {"blocksPerStage", std::int64_t(12)},
                                   {"learning_rate", 2.5e-4},
                                   {"name", std::string("a, b")},
                                   {"kind", std::string("none")},
                                   {"channels", std::vector<std::int64_t>{8, 16, 32}},
                                   {"tasks", std::vector<std::string>{"depth", "normals"}},
                                   {"folder", std::string("/data/x")},
                                   {"seed", std::int64_t(123456789012345)}};
        QCOMPARE(owned.values, expected);
        QCOMPARE(owned.edits, 9);
        EveryKind object;
        QVERIFY(readParams(object, owned.values).empty());
        QCOMPARE(owned.line("channels")->text(), QStringLiteral("8, 16, 32"));
    }

    void wrongInputSaysWhyAndKeepsTheOldValue_data()
    {
        QTest::addColumn<QByteArray>("name");
        QTest::addColumn<QString>("typed");
        QTest::addColumn<QString>("said");
        const auto row = [](const char *name, const char *typed, const char *said) {
            QTest::newRow(typed) << QByteArray(name) << QString::fromLatin1(typed) << QString::fromLatin1(said);
        };
        row("blocksPerStage", "65", "between 1 and 64, found 65");
        row("blocksPerStage", "two", "expected a whole number, found 'two'");
        row("blocksPerStage", "2.5", "expected a whole number");
        row("learning_rate", "-1", "between 0 and 1");
        row("learning_rate", "1e", "expected a number");
        row("learning_rate", "nan", "expected a number");
        row("channels", "8, x", "whole numbers with commas between");
        row("channels", "8, 0", "between 1 and 8192, found 0");
    }

    void wrongInputSaysWhyAndKeepsTheOldValue()
    {
        QFETCH(QByteArray, name);
        QFETCH(QString, typed);
        QFETCH(QString, said);
        OwnedForm owned;
        ParamField *field = owned.form.field(name.constData());
        owned.type(name.constData(), typed);
        QVERIFY2(field->problem().contains(said), qPrintable(field->problem()));
        QCOMPARE(owned.edits, 0);
        QCOMPARE(owned.line(name.constData())->text(), typed); // it can be mended
        owned.show();                                          // something else changed meanwhile
        QVERIFY(!field->problem().isEmpty());
        QTest::keyClick(owned.line(name.constData()), Qt::Key_Escape);
        QVERIFY(field->problem().isEmpty());
        EveryKind usual;
        QCOMPARE(owned.line(name.constData())->text(), QString::fromStdString(paramText(writeParams(usual).at(name.toStdString()))));
    }

    void aChangedValueCanBeReset()
    {
        OwnedForm owned;
        QVERIFY(owned.form.field("blocksPerStage")->resetButton()->isHidden());
        owned.type("blocksPerStage", QStringLiteral("7"));
        QVERIFY(!owned.form.field("blocksPerStage")->resetButton()->isHidden());
        owned.form.field("blocksPerStage")->resetButton()->click();
        QVERIFY(owned.values.empty());
        QCOMPARE(owned.line("blocksPerStage")->text(), QStringLiteral("2"));
        QVERIFY(owned.form.field("blocksPerStage")->resetButton()->isHidden());
    }

    void labelsUnitsAndTipsComeFromTheList()
    {
        OwnedForm owned;
        QCOMPARE(paramLabel({"blocksPerStage", std::int64_t(0), {}}), QStringLiteral("Blocks per stage"));
        QCOMPARE(paramLabel({"learning_rate", 0.0, {}}), QStringLiteral("Learning rate"));
        QCOMPARE(owned.form.field("kind")->editor()->accessibleName(), QStringLiteral("Normalisation"));
        const QString tip = owned.form.field("blocksPerStage")->toolTip();
        QVERIFY(tip.contains(QStringLiteral("A whole number")));
        QVERIFY(tip.contains(QStringLiteral("Default: 2 blocks")));
        QVERIFY(tip.contains(QStringLiteral("From 1 to 64")));
    }

    void advancedParametersAreFoldedAway()
    {
        OwnedForm owned;
        QVERIFY(!owned.form.field("seed")->isVisible());
        QVERIFY(owned.form.field("name")->isVisible());
        owned.form.advancedButton()->click();
        QVERIFY(owned.form.field("seed")->isVisible());
    }

    void arrowKeysStepNumbers()
    {
        OwnedForm owned;
        QTest::keyClick(owned.line("blocksPerStage"), Qt::Key_Up);
        QCOMPARE(std::get<std::int64_t>(owned.values.at("blocksPerStage")), std::int64_t(3));
        QTest::keyClick(owned.line("learning_rate"), Qt::Key_Up);
        QCOMPARE(std::get<double>(owned.values.at("learning_rate")), 0.0011);
        QTest::keyClick(owned.line("learning_rate"), Qt::Key_Down);
        QTest::keyClick(owned.line("learning_rate"), Qt::Key_Down);
        QCOMPARE(std::get<double>(owned.values.at("learning_rate")), 0.00099);
    }

    void aValueThatBringsParametersRebuildsTheForm()
    {
        OwnedForm owned;
        QVERIFY(!owned.form.field("groups"));
        owned.values["kind"] = std::string("layer");
        owned.show();
        QVERIFY(owned.form.field("groups"));
        owned.type("groups", QStringLiteral("8"));
        QCOMPARE(std::get<std::int64_t>(owned.values.at("groups")), std::int64_t(8));
    }

    void fieldsStayWhileOnlyValuesChange()
    {
        OwnedForm owned;
        ParamField *field = owned.form.field("name");
        owned.values["name"] = std::string("other");
        owned.show();
        QCOMPARE(owned.form.field("name"), field);
        QCOMPARE(owned.line("name")->text(), QStringLiteral("other"));
    }
};

CONCORD_TEST(ParamFormTest)

} // namespace concord::test

#include "param_form_test.moc"
