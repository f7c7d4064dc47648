#include "tests/core/model/built_block.h"

#include "tests/support/testing.h"

using namespace concord;

namespace {

using Whole = std::int64_t;

struct HeadCase
{
    const char *id;
    ParamMap params;
    Whole width;
};

} // namespace

class HeadsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void denseHeadsMapEachPixel()
    {
        const HeadCase cases[] = {
            {"segmentation_head", {{"classes", Whole(11)}}, 11}, {"depth_head", {}, 1}, {"normals_head", {}, 3}, {"edges_head", {}, 1}, {"saliency_head", {}, 1}};
        for (const HeadCase &head : cases) {
            const concord::test::BuiltBlock built(head.id, head.params, {{"in", concord::test::features(5, 4, 6)}});
            QCOMPARE(shapeText(built.shape()), shapeText({head.width, 4, 6}));
            QVERIFY(built.inference.outputs.at("out").type == PortType::prediction);
            QCOMPARE(built.inference.parameters, head.width * 6);
            QCOMPARE(built.inference.macs, head.width * 5 * 24);
            QVERIFY(built.layer->isPointwise());
            const at::Tensor x = concord::test::randomTensor({2, 5, 4, 6});
            const at::Tensor pixel = built.parameter("conv.weight").flatten(1).mv(x[1].select(1, 2).select(1, 3));
            QVERIFY(at::allclose(built.run(x)[1].select(1, 2).select(1, 3), pixel, 1e-5, 1e-5));
        }
    }

    void linearHeadsMapTheVector()
    {
        const HeadCase cases[] = {
            {"classification_head", {{"classes", Whole(7)}}, 7}, {"multilabel_head", {{"classes", Whole(40)}}, 40}, {"regression_head", {{"values", Whole(2)}}, 2}};
        for (const HeadCase &head : cases) {
            const concord::test::BuiltBlock built(head.id, head.params, {{"in", concord::test::vector(5)}});
            QCOMPARE(shapeText(built.shape()), shapeText({head.width}));
            QVERIFY(built.inference.outputs.at("out").type == PortType::prediction);
            QCOMPARE(built.inference.parameters, head.width * 6);
            QCOMPARE(built.inference.macs, head.width * 5);
            const at::Tensor x = concord::test::randomTensor({3, 5});
            QVERIFY(at::allclose(built.run(x), x.mm(built.parameter("fc.weight").t()), 1e-5, 1e-5));
        }
    }
};

CONCORD_TEST(HeadsTest)
#include "heads_test.moc"
