#pragma once

#include "core/graph/analysis.h"
#include "ui/model/document.h"
#include "ui/model/theme.h"

#include <QWidget>

namespace concord {

/// One problem in a line: mark, the block's title in bold, the sentence, and a button where there is a cure.
class ProblemRow : public QWidget
{
    Q_OBJECT

public:
    ProblemRow(const Problem &problem, const ExperimentDocument &document, const Theme &theme, QWidget *parent);

Q_SIGNALS:
    void chosen(const QString &node);
    void fixWanted(const concord::Fix &fix);

protected:
    void mousePressEvent(QMouseEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void paintEvent(QPaintEvent *event) override;
    void enterEvent(QEnterEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    QString node_;
    bool hovered_ = false;
};

/// The sentence without the node's id in front, for where the node's title is shown instead.
QString problemSentence(const Problem &problem);

/// A mark by severity: red disc, amber triangle, blue dot.
QPixmap severityMark(Severity severity, const Theme &theme, qreal pixelRatio);

} // namespace concord
