#pragma once

#include "core/base/params.h"

#include <QWidget>

#include <functional>
#include <memory>
#include <vector>

class QToolButton;
class QVBoxLayout;

namespace concord {

class ParamField;

/// A form made from a parameter list. It shows values and says what was edited; whoever owns the values changes them and shows them again.
class ParamForm : public QWidget
{
    Q_OBJECT

public:
    /// A new object with its defaults.
    using Make = std::function<std::unique_ptr<Parametrised>()>;
    /// A last word on the list: leave some out, add choices.
    using Adjust = std::function<void(std::vector<ParamSpec> &)>;

    explicit ParamForm(QWidget *parent = nullptr);

    /// Shows `values` of the object that `make` makes. Fields stay (with keyboard and cursor) while the list stays the same.
    void show(Make make, const ParamMap &values, const Adjust &adjust = {});
    void clear();
    /// Further conditions on a value, beyond what its list says: a sentence, or nothing.
    void setCheck(std::function<QString(const std::string &name, const ParamValue &value)> check) { furtherCheck_ = std::move(check); }

    ParamField *field(const std::string &name) const; ///< null when there is none
    int fieldCount() const { return int(fields_.size()); }
    QToolButton *advancedButton() const { return advanced_; }

Q_SIGNALS:
    void edited(const QString &name, const concord::ParamValue &value);
    void resetWanted(const QString &name);

private:
    void rebuild(const std::vector<ParamSpec> &specs, const ParamMap &defaults);
    void showAdvanced(bool on);
    QString check(const std::string &name, const ParamValue &value) const;

    Make make_;
    std::function<QString(const std::string &, const ParamValue &)> furtherCheck_;
    ParamMap values_;
    std::vector<ParamField *> fields_;
    QVBoxLayout *rows_;
    QVBoxLayout *advancedRows_;
    QWidget *advancedBox_;
    QToolButton *advanced_;
};

} // namespace concord
