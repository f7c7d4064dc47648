#pragma once

#include "core/graph/plan.h"
#include "ui/model/document.h"

#include <QWidget>

namespace concord {

class ParamForm;

/// The training plan as a form: optimiser and schedule with their own parameters, then the rest. Edits go to the document.
class PlanForm : public QWidget
{
    Q_OBJECT

public:
    explicit PlanForm(ExperimentDocument &document, QWidget *parent = nullptr);

    void refresh();

    ParamForm *optimiser() const { return optimiser_; }
    ParamForm *optimiserParams() const { return optimiserParams_; }
    ParamForm *schedule() const { return schedule_; }
    ParamForm *scheduleParams() const { return scheduleParams_; }
    ParamForm *rest() const { return rest_; }

private:
    void connectPlan(ParamForm *form);
    void connectPart(ParamForm *form, ParamMap Plan::*settings);
    void setPlanParam(const QString &name, const ParamValue &value);
    void put(const QString &name, const Plan &plan);

    ExperimentDocument &document_;
    ParamForm *optimiser_;
    ParamForm *optimiserParams_;
    ParamForm *schedule_;
    ParamForm *scheduleParams_;
    ParamForm *rest_;
};

} // namespace concord
