#pragma once

#include <QObject>
#include <QTest>

#include <functional>
#include <memory>
#include <vector>

namespace concord::test {

/// The test objects of one executable; `tests/support/main.cpp` runs them all.
std::vector<std::function<std::unique_ptr<QObject>()>> &testObjects();

template<class T>
struct AddTest
{
    AddTest()
    {
        testObjects().push_back([] { return std::make_unique<T>(); });
    }
};

} // namespace concord::test

/// At the end of a test file, before its `#include "<stem>.moc"`.
#define CONCORD_TEST(Type) static const concord::test::AddTest<Type> added##Type;
