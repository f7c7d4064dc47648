#pragma once

#include <QComboBox>
#include <QLineEdit>

namespace concord {

/// A line edit with its unit in quiet letters at the right end.
class UnitEdit : public QLineEdit
{
    Q_OBJECT

public:
    UnitEdit(const QString &unit, QWidget *parent);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString unit_;
};

/// A combo box that the wheel does not focus, and that is not as wide as its longest choice.
class ChoiceBox : public QComboBox
{
    Q_OBJECT

public:
    explicit ChoiceBox(QWidget *parent);
};

} // namespace concord
