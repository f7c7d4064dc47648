#pragma once

#include "core/session/compare.h"

#include <QWidget>

class QCheckBox;
class QSpinBox;

namespace concord {

/// How a comparison is made, whatever is compared: seeds, steps, what stands beside, and how much is searched.
class CompareProtocol : public QWidget
{
    Q_OBJECT

public:
    explicit CompareProtocol(const Plan &plan, QWidget *parent = nullptr);

    void fill(ComparisonSetup &setup) const;
    std::int64_t steps() const;   ///< of a run; 0: as many as the plan's epochs need

Q_SIGNALS:
    void changed();

private:
    void enable();

    const Plan plan_;
    QSpinBox *seeds_;
    QSpinBox *steps_;
    QCheckBox *baselines_;
    QCheckBox *sum_;
    QSpinBox *trials_;
    QCheckBox *tuneAll_;
    QCheckBox *decay_;
};

} // namespace concord
