#pragma once

#include "core/graph/task_graph.h"
#include "core/graph/tensor_type.h"

#include <QWidget>

#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QVBoxLayout;

namespace concord {

class ParamForm;

/// Which data a recipe is laid out for, and which of their tasks: the experiment's own, or any format.
class RecipeData : public QWidget
{
    Q_OBJECT

public:
    /// `own`: the data node of the experiment, if it has one.
    explicit RecipeData(const std::optional<Node> &own, QWidget *parent = nullptr);

    Node node() const;
    bool isOwn() const;
    /// The ticked ones; empty while it is not known which there are.
    std::vector<std::string> tasks() const;
    bool isNoneTicked() const;
    /// What the data offer, once known. Ticks stay; tasks that were not there before are ticked.
    void showTasks(const std::vector<TaskInfo> &tasks);

Q_SIGNALS:
    void changed();

private:
    void choose();
    void setSetting(const QString &name, const ParamValue *value);

    std::optional<Node> own_;
    ParamMap settings_; ///< of the chosen format
    std::vector<TaskInfo> known_;
    QComboBox *choice_;
    QWidget *settingsBox_;
    ParamForm *form_;
    QLabel *heading_;
    QVBoxLayout *ticks_;
    std::vector<QCheckBox *> boxes_;
};

} // namespace concord
