#include "ui/widget/param_field.h"

#include "core/base/error.h"
#include "ui/widget/value_edit.h"

#include <QCheckBox>
#include <QComboBox>
#include <QFileDialog>
#include <QGridLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include <cmath>

namespace concord {

namespace {

constexpr int editorWidth = 108;
constexpr int editorHeight = 26;

bool isNumber(const ParamValue &value)
{
    return std::holds_alternative<std::int64_t>(value) || std::holds_alternative<double>(value);
}

QString shownText(const ParamValue &value)
{
    return QString::fromStdString(paramText(value));
}

} // namespace

QString paramLabel(const ParamSpec &spec)
{
    if (!spec.info.label.empty()) {
        QString label = QString::fromStdString(spec.info.label);
        label.replace(0, 1, label.front().toUpper());
        return label;
    }
    QString words;
    for (const QChar c : QString::fromStdString(spec.name)) {
        if (c == u'_' || c == u'.')
            words += u' ';
        else if (c.isUpper())
            words += QString(u' ') + c.toLower();
        else
            words += c;
    }
    words = words.simplified();
    return words.isEmpty() ? words : words.replace(0, 1, words.front().toUpper());
}

QString paramTip(const ParamSpec &spec, const ParamValue &fallback)
{
    QStringList lines{QString::fromStdString(spec.info.help)};
    const QString unit = spec.info.unit.empty() ? QString() : u' ' + QString::fromStdString(spec.info.unit);
    const QString usual = shownText(fallback);
    lines += ParamField::tr("Default: %1%2").arg(usual.isEmpty() ? ParamField::tr("empty") : usual, unit);
    const bool low = std::isfinite(spec.info.min);
    const bool high = std::isfinite(spec.info.max);
    if (low && high)
        lines += ParamField::tr("From %1 to %2").arg(spec.info.min).arg(spec.info.max);
    else if (low)
        lines += ParamField::tr("At least %1").arg(spec.info.min);
    else if (high)
        lines += ParamField::tr("At most %1").arg(spec.info.max);
    return lines.join(u'\n');
}

ParamField::ParamField(const ParamSpec &spec, const ParamValue &fallback, Check check, QWidget *parent)
    : QWidget(parent)
    , spec_(spec)
    , fallback_(fallback)
    , check_(std::move(check))
    , reset_(new QToolButton(this))
    , problem_(new QLabel(this))
{
    auto *grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(6);
    grid->setVerticalSpacing(2);
    grid->setColumnStretch(0, 1);
    setMinimumHeight(editorHeight);

    auto *label = new QLabel(paramLabel(spec), this);
    label->setWordWrap(true);
    label->setMinimumWidth(48);
    grid->addWidget(label, 0, 0);

    reset_->setText(QStringLiteral("↺"));
    reset_->setProperty("quiet", true);
    reset_->setToolTip(tr("Back to the default"));
    reset_->setAccessibleName(tr("Reset %1").arg(paramLabel(spec)));
    reset_->setAutoRaise(true);
    reset_->setFixedSize(20, 20);
    grid->addWidget(reset_, 0, 1);

    makeEditor();
    editor_->setFixedHeight(editorHeight);
    editor_->setAccessibleName(paramLabel(spec));
    editor_->setAccessibleDescription(QString::fromStdString(spec.info.help));
    label->setBuddy(editor_);
    const bool wide = spec.info.path || std::holds_alternative<std::vector<std::string>>(spec.value);
    if (wide) {
        grid->addWidget(editor_, 1, 0, 1, 3);
    } else {
        editor_->setFixedWidth(editorWidth);
        grid->addWidget(editor_, 0, 2);
    }
    problem_->setWordWrap(true);
    problem_->setForegroundRole(QPalette::BrightText);
    problem_->setObjectName(QStringLiteral("problem"));
    problem_->hide();
    grid->addWidget(problem_, 2, 0, 1, 3);

    setToolTip(paramTip(spec, fallback));
    connect(reset_, &QToolButton::clicked, this, [this] {
        complain({});
        Q_EMIT resetWanted(QString::fromStdString(spec_.name));
    });
    showValue();
}

void ParamField::makeEditor()
{
    if (std::holds_alternative<bool>(spec_.value)) {
        auto *box = new QCheckBox(this);
        box->setLayoutDirection(Qt::RightToLeft); // at the right edge, as all values are
        connect(box, &QCheckBox::toggled, this, [this](bool on) { offer(on); });
        editor_ = box;
        return;
    }
    if (std::holds_alternative<std::string>(spec_.value) && !spec_.info.choices.empty()) {
        auto *combo = new ChoiceBox(this);
        for (const std::string &choice : spec_.info.choices)
            combo->addItem(QString::fromStdString(choice));
        combo->installEventFilter(this);
        connect(combo, &QComboBox::activated, this, [this, combo] { offer(combo->currentText().toStdString()); });
        editor_ = combo;
        return;
    }
    line_ = new UnitEdit(QString::fromStdString(spec_.info.unit), this);
    line_->installEventFilter(this);
    if (isNumber(spec_.value) || std::holds_alternative<std::vector<std::int64_t>>(spec_.value))
        line_->setAlignment(Qt::AlignRight);
    connect(line_, &QLineEdit::editingFinished, this, [this] {
        if (line_->isModified())
            takeText(line_->text());
    });
    editor_ = line_;
    if (spec_.info.path) {
        QAction *open = line_->addAction(style()->standardIcon(QStyle::SP_DirOpenIcon), QLineEdit::TrailingPosition);
        open->setToolTip(tr("Browse…"));
        connect(open, &QAction::triggered, this, &ParamField::browse);
    }
}

bool ParamField::isLike(const ParamSpec &spec) const
{
    return spec.name == spec_.name && spec.value.index() == spec_.value.index() && spec.info.choices == spec_.info.choices && spec.info.min == spec_.info.min &&
           spec.info.max == spec_.info.max && spec.info.advanced == spec_.info.advanced && spec.info.label == spec_.info.label &&
           spec.info.unit == spec_.info.unit;
}

void ParamField::setValue(const ParamValue &value, const ParamValue &fallback)
{
    // A wrong text that is still being looked at stays, unless the value was changed elsewhere.
    const bool same = value == spec_.value && fallback == fallback_;
    spec_.value = value;
    fallback_ = fallback;
    if (same && !problem().isEmpty())
        return;
    showValue();
}

void ParamField::showValue()
{
    if (auto *box = qobject_cast<QCheckBox *>(editor_)) {
        const QSignalBlocker quiet(box);
        box->setChecked(std::get<bool>(spec_.value));
    } else if (auto *combo = qobject_cast<QComboBox *>(editor_)) {
        combo->setCurrentText(shownText(spec_.value));
    } else if (line_->text() != shownText(spec_.value)) {
        line_->setText(shownText(spec_.value));
        line_->setCursorPosition(0);
    }
    if (line_)
        line_->setModified(false);
    complain({});
    reset_->setVisible(spec_.value != fallback_);
}

QString ParamField::problem() const
{
    return problem_->isHidden() ? QString() : problem_->text();
}

void ParamField::complain(const QString &sentence)
{
    problem_->setText(sentence);
    problem_->setVisible(!sentence.isEmpty());
    if (line_)
        line_->setStyleSheet(sentence.isEmpty() ? QString()
                                                : QStringLiteral("QLineEdit { border-color: %1; }").arg(palette().color(QPalette::BrightText).name()));
}

void ParamField::takeText(const QString &text)
{
    line_->setModified(false);
    try {
        offer(parseParam(text.trimmed().toStdString(), spec_.value, spec_.name));
    } catch (const Error &error) {
        QString sentence = QString::fromUtf8(error.what());
        const QString prefix = QString::fromStdString(spec_.name) + QStringLiteral(": ");
        complain(sentence.startsWith(prefix) ? sentence.mid(prefix.size()) : sentence);
    }
}

void ParamField::offer(const ParamValue &value)
{
    if (const QString sentence = check_ ? check_(value) : QString(); !sentence.isEmpty()) {
        complain(sentence);
        return;
    }
    const bool changed = value != spec_.value;
    spec_.value = value;
    showValue();
    if (changed)
        Q_EMIT edited(QString::fromStdString(spec_.name), value);
}

void ParamField::step(int by)
{
    if (line_->isModified())
        takeText(line_->text());
    if (!problem().isEmpty())
        return;
    if (const auto *whole = std::get_if<std::int64_t>(&spec_.value)) {
        offer(*whole + by);
        return;
    }
    // A tenth of the number's own size: 0.001 goes to 0.0011, 0.4 to 0.44 → 0.45 would not be round, so one digit of its decade.
    const double number = std::get<double>(spec_.value);
    const double unit = number == 0 ? 0.1 : std::pow(10.0, std::floor(std::log10(std::abs(number)) + (by * number < 0 ? -1e-9 : 1e-9)) - 1);
    offer(std::round(number / unit + by) * unit);
}

void ParamField::browse()
{
    auto *dialog = new QFileDialog(this, paramLabel(spec_), line_->text());
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    // Data sets are folders; a file is named by hand.
    dialog->setFileMode(QFileDialog::Directory);
    connect(dialog, &QFileDialog::fileSelected, this, [this](const QString &path) { offer(path.toStdString()); });
    dialog->open();
}

bool ParamField::eventFilter(QObject *watched, QEvent *event)
{
    // The wheel scrolls the form; it must not change a value by the way.
    if (event->type() == QEvent::Wheel && watched == editor_ && !editor_->hasFocus()) {
        event->ignore();
        return true;
    }
    if (line_ && watched == line_ && event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (isNumber(spec_.value) && (key == Qt::Key_Up || key == Qt::Key_Down)) {
            step(key == Qt::Key_Up ? 1 : -1);
            return true;
        }
        if (key == Qt::Key_Escape && (line_->isModified() || !problem().isEmpty())) {
            line_->clear();
            showValue();
            return true;
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace concord
