#include "ui/graph/note_bubble.h"

#include <algorithm>

namespace concord {

NoteBubble::NoteBubble(QWidget *parent)
    : QLabel(parent)
{
    setObjectName(QStringLiteral("noteBubble"));
    setAttribute(Qt::WA_TransparentForMouseEvents);
    setWordWrap(true);
    hide();
    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &QWidget::hide);
}

void NoteBubble::say(const QString &sentence, const QPoint &at, const Theme &theme)
{
    setStyleSheet(QStringLiteral("#noteBubble { background: %1; color: %2; border: 1px solid %3; border-radius: 6px; padding: 4px 8px; }")
                      .arg(theme.panel.name(), theme.text.name(), theme.warning.name()));
    setText(sentence.left(1).toUpper() + sentence.mid(1));
    ensurePolished(); // its padding counts below
    const int width = std::min({fontMetrics().horizontalAdvance(text()) + 28, 360, parentWidget()->width() - 16});
    resize(width, heightForWidth(width));
    move(std::clamp(at.x() + 14, 8, std::max(8, parentWidget()->width() - this->width() - 8)),
         std::clamp(at.y() + 14, 8, std::max(8, parentWidget()->height() - height() - 8)));
    show();
    raise();
    timer_.start(std::max(3000, int(sentence.size()) * 60)); // long enough to be read
}

} // namespace concord
