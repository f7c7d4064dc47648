#include "core/graph/node_block.h"

#include "core/base/error.h"

#include "tests/core/graph/test_blocks.h"
#include "tests/support/testing.h"

using namespace concord;

class NodeBlockTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void configuresTheBlock()
    {
        std::vector<ParamProblem> problems;
        const Node node{.id = "a", .type = "test_conv", .params = {{"channels", std::int64_t(5)}, {"norm", std::string("bad")}}};
        const std::unique_ptr<Block> block = makeBlock(node, &problems);
        QCOMPARE(block->summary(), std::string("5 channels"));
        QCOMPARE(problems.size(), std::size_t(1));
        QVERIFY(!makeBlock({.id = "a", .type = "unheard_of"}));
    }

    void keepsOtherParametersThatAreWrong()
    {
        Node node{.id = "a", .type = "test_conv", .params = {{"odd", true}, {"norm", std::string("bad")}}};
        setNodeParam(node, "channels", 7.0);   // a whole number, as forms may give it
        QVERIFY((node.params == ParamMap{{"odd", true}, {"norm", std::string("bad")}, {"channels", std::int64_t(7)}}));
    }

    void leavesTheNodeAloneWhenRefused()
    {
        Node node{.id = "a", .type = "test_conv", .params = {{"channels", std::int64_t(3)}}};
        const Node before = node;
        QVERIFY_THROWS_EXCEPTION(Error, setNodeParam(node, "channels", std::int64_t(0)));
        QVERIFY_THROWS_EXCEPTION(Error, setNodeParam(node, "chanels", std::int64_t(4)));
        QVERIFY(node == before);
    }
};

CONCORD_TEST(NodeBlockTest)
#include "node_block_test.moc"
