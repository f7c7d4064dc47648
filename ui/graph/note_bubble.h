#pragma once

#include "ui/model/theme.h"

#include <QLabel>
#include <QTimer>

namespace concord {

/// A sentence beside the cursor that goes away by itself.
class NoteBubble : public QLabel
{
    Q_OBJECT

public:
    explicit NoteBubble(QWidget *parent);
    void say(const QString &sentence, const QPoint &at, const Theme &theme);

private:
    QTimer timer_;
};

} // namespace concord
