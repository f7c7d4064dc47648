#include "tests/core/layers/layer_rules.h"
#include "tests/support/testing.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

using concord::test::LayerRules;

class LayersTest : public QObject
{
    Q_OBJECT

    static LayerRules project() { return LayerRules(LayerRules::readTree(CONCORD_SOURCE_DIR, {"core", "ui", "app"})); }

    static void hasNone(const std::vector<std::string> &faults) { QVERIFY2(faults.empty(), fmt::format("\n{}", fmt::join(faults, "\n")).c_str()); }

    static std::vector<std::string> faultsOf(const std::string &path, const std::string &text)
    {
        const LayerRules rules({{path, text}, {"core/graph/leak.h", "#include <ATen/ATen.h>\n"}});
        std::vector<std::string> faults = rules.includeFaults();
        std::erase_if(faults, [&](const std::string &fault) { return !fault.starts_with(path + ":"); });
        return faults;
    }

private Q_SLOTS:
    void readsTheProject()
    {
        const LayerRules::Files files = LayerRules::readTree(CONCORD_SOURCE_DIR, {"core", "ui", "app"});
        QVERIFY(files.size() > 50);
        QVERIFY(files.contains("core/base/error.h"));
    }

    void roomsIncludeOnlyTheRoomsBeforeThem() { hasNone(project().includeFaults()); }
    void filesAreShortAndGuarded() { hasNone(project().shapeFaults()); }
    void idsAreFileStems() { hasNone(project().registryFaults()); }

    void findsForbiddenIncludes_data()
    {
        QTest::addColumn<QString>("file");
        QTest::addColumn<QString>("include");
        QTest::addColumn<int>("faults");
        const auto row = [](const char *file, const char *include, int faults) { QTest::addRow("%s %s", file, include) << file << include << faults; };
        row("core/base/a.cpp", "<vector>", 0);
        row("core/base/a.cpp", "\"core/graph/plan.h\"", 1);
        row("core/graph/a.cpp", "\"core/base/text.h\"", 0);
        row("core/train/a.cpp", "\"core/exporter/exporter.h\"", 1);
        row("core/train/a.cpp", "<QObject>", 1);
        row("core/train/a.cpp", "<QtCore/qglobal.h>", 1);
        row("core/train/a.cpp", "\"ui/job/project.h\"", 1);
        row("core/train/a.cpp", "<ATen/ATen.h>", 0);
        row("core/train/a.cpp", "<torch/torch.h>", 1);
        row("core/cellar/a.cpp", "\"core/base/text.h\"", 1);
        row("core/store/a.cpp", "<c10/util/Exception.h>", 1);
        row("core/data/a.cpp", "\"core/graph/leak.h\"", 1);
        row("ui/panel/a.cpp", "\"core/session/session.h\"", 0);
        row("ui/panel/a.cpp", "\"core/data/dataset.h\"", 0);
        row("ui/panel/a.cpp", "\"core/data/loader.h\"", 1);
        row("ui/panel/a.cpp", "\"core/model/model.h\"", 1);
        row("ui/panel/a.cpp", "\"core/graph/leak.h\"", 1);
        row("ui/panel/a.cpp", "\"ui/plot/curve.h\"", 0);
        row("ui/graph/a.cpp", "\"ui/graph/scene.h\"", 0);
        row("ui/graph/a.cpp", "\"ui/plot/curve.h\"", 1);
        row("ui/widget/a.cpp", "\"ui/panel/panel.h\"", 1);
        row("ui/model/a.cpp", "\"ui/job/project.h\"", 1);
        row("app/window/a.cpp", "\"ui/window/main_window.h\"", 0);
    }

    void findsForbiddenIncludes()
    {
        QFETCH(QString, file);
        QFETCH(QString, include);
        QFETCH(int, faults);
        const std::vector<std::string> found = faultsOf(file.toStdString(), "#pragma once\n\n  # include " + include.toStdString() + "\n");
        QVERIFY2(int(found.size()) == faults, fmt::format("{}", found).c_str());
    }

    void findsLongUnguardedAndMisnamedFiles()
    {
        QCOMPARE(LayerRules(LayerRules::Files{{"core/base/a.h", "int a;\n"}}).shapeFaults(),
                 std::vector<std::string>{"core/base/a.h: expected #pragma once, found none"});
        QCOMPARE(LayerRules(LayerRules::Files{{"core/base/a.cpp", std::string(401, '\n')}}).shapeFaults().size(), std::size_t(1));
        const auto registry = [](const std::string &text) { return LayerRules(LayerRules::Files{{"core/base/a.cpp", text}}).registryFaults(); };
        QVERIFY(registry("static const Register<Block, A> registeredA{Card{.id = \"a\", .title = \"x\"}};").empty());
        QCOMPARE(registry("const Register<Block, A> one{\n    Card{.id = \"b\"}};"),
                 std::vector<std::string>{"core/base/a.cpp: expected a card with id 'a', found 'b'"});
        QCOMPARE(registry("Register<Block, A> one(card());").size(), std::size_t(1));
        QVERIFY(registry("/// `static const Register<Block, B> b{{.id = \"b\"}};` adds it").empty());
    }
};

CONCORD_TEST(LayersTest)
#include "layers_test.moc"
