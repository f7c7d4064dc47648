#pragma once

#include "core/graph/tensor_type.h"
#include "ui/model/theme.h"

#include <QWidget>

#include <vector>

namespace concord {

/// Scores of classes, or values of a regression, as bars; what is true is marked.
class ScoreView : public QWidget
{
    Q_OBJECT

public:
    explicit ScoreView(QWidget *parent = nullptr);

    void setTheme(const Theme &theme);
    void setScores(const TaskInfo &task, const std::vector<float> &truth, const std::vector<float> &prediction, const QColor &colour);
    void setCaption(const QString &caption);

    /// Places in the order shown: the highest scores first; for regressions and many labels as they come.
    std::vector<int> order() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Theme theme_ = Theme::light();
    TaskInfo task_;
    std::vector<float> truth_;
    std::vector<float> prediction_;
    QColor colour_;
    QString caption_;
};

} // namespace concord
