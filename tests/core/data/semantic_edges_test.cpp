#include "core/data/semantic_edges.h"

#include "tests/support/testing.h"

using namespace concord;

class SemanticEdgesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void bothSidesOfABorderAreEdge()
    {
        const std::vector<float> classes = {0, 0, 1, 1, //
                                            0, 0, 1, 1, //
                                            0, 0, 0, 0};
        const std::vector<float> expected = {0, 1, 1, 0, //
                                             0, 1, 1, 1, //
                                             0, 0, 1, 1};
        QCOMPARE(semanticEdges(classes, 3, 4, -1), expected);
    }

    void unlabelledPixelsAreUnknownAndMakeNoEdge() { QCOMPARE(semanticEdges({0, 11, 1, 2}, 1, 4, 11), (std::vector<float>{0, -1, 1, 1})); }

    void oneClassHasNoEdge() { QCOMPARE(semanticEdges({3, 3, 3, 3}, 2, 2, -1), (std::vector<float>(4, 0.0f))); }
};

CONCORD_TEST(SemanticEdgesTest)
#include "semantic_edges_test.moc"
