#pragma once

#include "ui/model/theme.h"

#include <QWidget>

class QVBoxLayout;

namespace concord {

/// Quiet headings, and lines with a word at the left and a value at the right edge.
class FactList : public QWidget
{
    Q_OBJECT

public:
    explicit FactList(QWidget *parent = nullptr);

    void clear();
    void addHeading(const QString &text);
    void addFact(const QString &word, const QString &value);
    void addMarked(const QColor &colour, const QString &text); ///< a square and words

private:
    QVBoxLayout *rows_;
    QWidget *page_ = nullptr;
};

/// 689312 → "689 312", grouped by thin spaces.
QString groupedNumber(qint64 number);

} // namespace concord
