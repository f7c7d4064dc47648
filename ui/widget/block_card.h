#pragma once

#include <QLabel>

namespace concord {

/// A block's page: what it does, the paper behind it, its ports and what each parameter means.
class BlockCard : public QLabel
{
    Q_OBJECT

public:
    explicit BlockCard(QWidget *parent = nullptr);

    void show(const QString &type);

    static QString html(const QString &type);
};

} // namespace concord
