#include "core/graph/tensor_type.h"

#include "core/base/error.h"

#include "tests/support/testing.h"

using namespace concord;

class TensorTypeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void namesComeBack()
    {
        for (int i = 0; i <= int(PortType::loss); ++i)
            QCOMPARE(int(portType(name(PortType(i)))), i);
        for (int i = 0; i <= int(TaskKind::regression); ++i)
            QCOMPARE(int(taskKind(name(TaskKind(i)))), i);
        QVERIFY_THROWS_EXCEPTION(Error, portType("picture"));
        QVERIFY_THROWS_EXCEPTION(Error, taskKind(""));
    }

    void onlyTheseTypesFitOthers()
    {
        int crossings = 0;
        for (int from = 0; from <= int(PortType::loss); ++from)
            for (int to = 0; to <= int(PortType::loss); ++to)
                crossings += from != to && fits(PortType(from), PortType(to));
        QCOMPARE(crossings, 3);
        QVERIFY(fits(PortType::image, PortType::features));
        QVERIFY(fits(PortType::prediction, PortType::features));
        QVERIFY(fits(PortType::prediction, PortType::vector));
        QVERIFY(fits(PortType::loss, PortType::loss));
    }

    void speaks()
    {
        QCOMPARE(acceptedTypes(PortType::features), std::string("features, an image or a prediction"));
        QCOMPARE(acceptedTypes(PortType::vector), std::string("a vector or a prediction"));
        QCOMPARE(acceptedTypes(PortType::label), std::string("a label"));
    }

    void countsElements()
    {
        QCOMPARE(elementCount({3, 4, 5}), std::int64_t(60));
        QCOMPARE(elementCount({}), std::int64_t(1));
    }
};

CONCORD_TEST(TensorTypeTest)
#include "tensor_type_test.moc"
