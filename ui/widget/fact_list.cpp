#include "ui/widget/fact_list.h"

#include "ui/widget/swatch.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

namespace concord {

QString groupedNumber(qint64 number)
{
    QString digits = QString::number(qAbs(number));
    for (qsizetype at = digits.size() - 3; at > 0; at -= 3)
        digits.insert(at, QChar(0x202f));
    return number < 0 ? QChar(0x2212) + digits : digits;
}

FactList::FactList(QWidget *parent)
    : QWidget(parent)
    , rows_(new QVBoxLayout(this))
{
    rows_->setContentsMargins(0, 0, 0, 0);
    rows_->setSpacing(0);
    clear();
}

void FactList::clear()
{
    delete page_;
    page_ = new QWidget(this);
    auto *rows = new QVBoxLayout(page_);
    rows->setContentsMargins(0, 0, 0, 0);
    rows->setSpacing(5);
    rows_->addWidget(page_);
}

void FactList::addHeading(const QString &text)
{
    auto *rows = static_cast<QVBoxLayout *>(page_->layout());
    if (rows->count())
        rows->addSpacing(8);
    rows->addWidget(quietLabel(text, page_));
}

void FactList::addFact(const QString &word, const QString &value)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    row->addWidget(new QLabel(word, page_));
    auto *number = new QLabel(value, page_);
    number->setTextInteractionFlags(Qt::TextSelectableByMouse);
    number->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    row->addWidget(number, 1);
    static_cast<QVBoxLayout *>(page_->layout())->addLayout(row);
}

void FactList::addMarked(const QColor &colour, const QString &text)
{
    auto *row = new QHBoxLayout;
    row->setSpacing(8);
    auto *mark = new QLabel(page_);
    mark->setPixmap(swatch(colour, 9, devicePixelRatioF()));
    row->addWidget(mark);
    row->addWidget(new QLabel(text, page_), 1);
    static_cast<QVBoxLayout *>(page_->layout())->addLayout(row);
}

} // namespace concord
