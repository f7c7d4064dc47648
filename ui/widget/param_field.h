#pragma once

#include "core/base/params.h"

#include <QWidget>

#include <functional>

class QLabel;
class QLineEdit;
class QToolButton;

namespace concord {

/// "blocks_per_stage" or "blocksPerStage" → "Blocks per stage"; the parameter's own label when it has one.
QString paramLabel(const ParamSpec &spec);

/// Help, default and range: the tool tip.
QString paramTip(const ParamSpec &spec, const ParamValue &fallback);

/// The row of one parameter: label and unit, reset button, editor, and below it the sentence when the input is wrong.
class ParamField : public QWidget
{
    Q_OBJECT

public:
    /// Says what is wrong with a value, or nothing.
    using Check = std::function<QString(const ParamValue &)>;

    ParamField(const ParamSpec &spec, const ParamValue &fallback, Check check, QWidget *parent);

    const std::string &name() const { return spec_.name; }
    const ParamValue &value() const { return spec_.value; }
    bool isLike(const ParamSpec &spec) const; ///< the same parameter: only its value may differ
    void setValue(const ParamValue &value, const ParamValue &fallback);

    QWidget *editor() const { return editor_; }
    QToolButton *resetButton() const { return reset_; }
    QString problem() const; ///< the sentence shown; empty when all is well

Q_SIGNALS:
    void edited(const QString &name, const concord::ParamValue &value);
    void resetWanted(const QString &name);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void makeEditor();
    void showValue();
    void takeText(const QString &text);
    void offer(const ParamValue &value);
    void complain(const QString &sentence);
    void step(int by);
    void browse();

    ParamSpec spec_;
    ParamValue fallback_;
    Check check_;
    QWidget *editor_ = nullptr;
    QLineEdit *line_ = nullptr; ///< the editor of everything that is typed
    QToolButton *reset_;
    QLabel *problem_;
};

} // namespace concord
