#include "ui/widget/problem_row.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPainter>
#include <QPixmap>
#include <QPushButton>

namespace concord {

QString problemSentence(const Problem &problem)
{
    const QString sentence = QString::fromStdString(problem.message);
    const QString prefix = QString::fromStdString(problem.node) + QStringLiteral(": ");
    return !problem.node.empty() && sentence.startsWith(prefix) ? sentence.mid(prefix.size()) : sentence;
}

QPixmap severityMark(Severity severity, const Theme &theme, qreal pixelRatio)
{
    QPixmap pixmap(QSize(14, 14) * pixelRatio);
    pixmap.setDevicePixelRatio(pixelRatio);
    pixmap.fill(Qt::transparent);
    QPainter painter(&pixmap);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(Qt::NoPen);
    switch (severity) {
    case Severity::error:
        painter.setBrush(theme.error);
        painter.drawEllipse(QRectF(1, 1, 12, 12));
        painter.setPen(QPen(theme.panel, 1.8, Qt::SolidLine, Qt::RoundCap));
        painter.drawLine(QPointF(7, 3.8), QPointF(7, 7.4));
        painter.drawPoint(QPointF(7, 10.2));
        break;
    case Severity::warning:
        painter.setBrush(theme.warning);
        painter.drawPolygon(QPolygonF({{7, 1.5}, {13.2, 12.5}, {0.8, 12.5}}));
        break;
    case Severity::info:
        painter.setBrush(theme.accent);
        painter.drawEllipse(QRectF(2.5, 2.5, 9, 9));
        break;
    }
    return pixmap;
}

ProblemRow::ProblemRow(const Problem &problem, const ExperimentDocument &document, const Theme &theme, QWidget *parent)
    : QWidget(parent)
    , node_(QString::fromStdString(problem.node))
{
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(8, 3, 8, 3);
    row->setSpacing(8);
    auto *mark = new QLabel(this);
    mark->setPixmap(severityMark(problem.severity, theme, devicePixelRatioF()));
    mark->setContentsMargins(0, 2, 0, 0);
    row->addWidget(mark, 0, Qt::AlignTop);

    QString text = problemSentence(problem).toHtmlEscaped();
    const auto facts = document.analysis().nodes.find(problem.node);
    if (facts != document.analysis().nodes.end())
        text = QStringLiteral("<b>%1</b>&nbsp; %2").arg(QString::fromStdString(facts->second.title).toHtmlEscaped(), text);
    else if (!text.isEmpty())
        text.replace(0, 1, text.front().toUpper());
    auto *sentence = new QLabel(text, this);
    sentence->setTextFormat(Qt::RichText);
    sentence->setWordWrap(true);
    sentence->setMinimumWidth(60);
    row->addWidget(sentence, 1);
    if (problem.fix) {
        auto *button = new QPushButton(QString::fromStdString(problem.fix->label), this);
        button->setObjectName(QStringLiteral("fix"));
        connect(button, &QPushButton::clicked, this, [this, fix = *problem.fix] { Q_EMIT fixWanted(fix); });
        row->addWidget(button);
    } else if (problem.severity == Severity::info) {
        auto *info = new QLabel(tr("info"), this);
        info->setForegroundRole(QPalette::PlaceholderText);
        row->addWidget(info);
    }
    setAccessibleName(QString::fromStdString(problem.message));
    if (!node_.isEmpty()) {
        setCursor(Qt::PointingHandCursor);
        setFocusPolicy(Qt::StrongFocus);
    }
}

void ProblemRow::mousePressEvent(QMouseEvent *)
{
    if (!node_.isEmpty())
        Q_EMIT chosen(node_);
}

void ProblemRow::keyPressEvent(QKeyEvent *event)
{
    if (!node_.isEmpty() && (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter || event->key() == Qt::Key_Space))
        Q_EMIT chosen(node_);
    else
        QWidget::keyPressEvent(event);
}

void ProblemRow::paintEvent(QPaintEvent *)
{
    if (!hovered_ && !hasFocus())
        return;
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(hasFocus() ? QPen(palette().color(QPalette::Highlight), 1) : QPen(Qt::NoPen));
    painter.setBrush(hovered_ ? palette().color(QPalette::AlternateBase) : QColor(Qt::transparent));
    painter.drawRoundedRect(QRectF(rect()).adjusted(0.5, 0.5, -0.5, -0.5), 4, 4);
}

void ProblemRow::enterEvent(QEnterEvent *)
{
    hovered_ = !node_.isEmpty();
    update();
}

void ProblemRow::leaveEvent(QEvent *)
{
    hovered_ = false;
    update();
}

void ProblemRow::focusInEvent(QFocusEvent *)
{
    update();
}

void ProblemRow::focusOutEvent(QFocusEvent *)
{
    update();
}

} // namespace concord
