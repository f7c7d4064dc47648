#include "core/base/registry.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

struct Fruit
{
    virtual ~Fruit() = default;
    virtual int seeds() const = 0;
};

struct Plum : Fruit
{
    int seeds() const override { return 1; }
};

struct Apple : Fruit
{
    int count = 5;
    int seeds() const override { return count; }
};

const Register<Fruit, Plum> registeredPlum{Card{.id = "plum", .title = "Plum"}};
const Register<Fruit, Apple> registeredApple{Card{.id = "apple", .title = "Apple", .category = "Pomes"}};

} // namespace

class RegistryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void makesNewObjectsById()
    {
        const auto &registry = Registry<Fruit>::instance();
        QCOMPARE(registry.ids(), (std::vector<std::string>{"apple", "plum"}));
        QCOMPARE(registry.find("apple")->card.category, std::string("Pomes"));
        QCOMPARE(registry.find("apple")->card.fidelity, std::string("exact"));
        QVERIFY(!registry.find("pear"));
        QCOMPARE(registry.make("plum")->seeds(), 1);
        const std::unique_ptr<Fruit> one = registry.make("apple");
        static_cast<Apple &>(*one).count = 6;
        QCOMPARE(registry.make("apple")->seeds(), 5);
    }

    void namesTheKnownIds()
    {
        try {
            Registry<Fruit>::instance().make("aple");
            QFAIL("made");
        } catch (const Error &error) {
            QCOMPARE(std::string(error.what()), std::string("unknown id 'aple' (did you mean 'apple'?); expected one of: apple, plum"));
        }
    }
};

CONCORD_TEST(RegistryTest)
#include "registry_test.moc"
