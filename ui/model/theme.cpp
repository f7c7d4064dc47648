#include "ui/model/theme.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace concord {

namespace {

QColor blend(const QColor &a, const QColor &b, double t)
{
    const auto mix = [t](int x, int y) { return int(std::lround(x + (y - x) * t)); };
    return {mix(a.red(), b.red()), mix(a.green(), b.green()), mix(a.blue(), b.blue())};
}

} // namespace

Theme Theme::light()
{
    return {.dark = false, .window = "#eef0f3", .panel = "#ffffff", .canvas = "#f8f9fb", .line = "#d9dce2", .text = "#1b1f24", .quiet = "#5f6875",
            .accent = "#2a6bf2", .onAccent = "#ffffff", .warning = "#b45f06", .error = "#c62828", .good = "#1b7f4b"};
}

Theme Theme::darkTheme()
{
    return {.dark = true, .window = "#14171a", .panel = "#1f2327", .canvas = "#191c20", .line = "#343a41", .text = "#e6e9ed", .quiet = "#9aa4b0",
            .accent = "#6d9bff", .onAccent = "#0e1420", .warning = "#e0a030", .error = "#ff7b72", .good = "#57c98a"};
}

QPalette Theme::palette() const
{
    QPalette p;
    p.setColor(QPalette::Window, window);
    p.setColor(QPalette::WindowText, text);
    p.setColor(QPalette::Base, panel);
    p.setColor(QPalette::AlternateBase, canvas);
    p.setColor(QPalette::Text, text);
    p.setColor(QPalette::Button, panel);
    p.setColor(QPalette::ButtonText, text);
    p.setColor(QPalette::BrightText, error);
    p.setColor(QPalette::ToolTipBase, panel);
    p.setColor(QPalette::ToolTipText, text);
    p.setColor(QPalette::PlaceholderText, quiet);
    p.setColor(QPalette::Highlight, accent);
    p.setColor(QPalette::HighlightedText, onAccent);
    p.setColor(QPalette::Link, accent);
    p.setColor(QPalette::Mid, line);
    p.setColor(QPalette::Dark, line);
    p.setColor(QPalette::Light, panel);
    p.setColor(QPalette::Midlight, line);
    p.setColor(QPalette::Shadow, line);
    for (const QPalette::ColorRole role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, blend(quiet, panel, 0.4));
    return p;
}

QColor Theme::task(int index) const
{
    // Okabe & Ito's palette for colour-blind readers; yellow is darkened for lines on white, black turns light on dark.
    static const std::array<QColor, 8> onLight = {"#0072b2", "#d98200", "#009e73", "#9a4fb3", "#d55e00", "#56b4e9", "#b8a900", "#3a3f45"};
    static const std::array<QColor, 8> onDark = {"#3d9be0", "#e69f00", "#1fbf8f", "#cc79d7", "#f07c3a", "#7cc8f5", "#f0e442", "#d0d4d9"};
    return (dark ? onDark : onLight)[std::size_t(std::max(0, index)) % 8];
}

QColor Theme::category(const QString &category) const
{
    static const std::array<std::pair<const char *, const char *>, 12> colours = {{{"Data", "#5c6675"}, {"Encoders", "#3b78cf"}, {"Layers", "#4f93a8"},
        {"Sharing", "#8f57cf"}, {"Experts", "#b0569f"}, {"Conditioning", "#b07a3c"}, {"Distillation", "#6f5bd6"}, {"Transformers", "#5a6fd6"}, {"Decoders", "#4a9e8a"}, {"Heads", "#2e9e63"}, {"Losses", "#c9523c"}, {"Balance", "#c99a1e"}}};
    for (const auto &[name, colour] : colours)
        if (category == QLatin1String(name))
            return QColor(colour);
    // A category of a block that came later: a hue of its own, the same on every machine.
    unsigned hash = 5381;
    for (const QChar letter : category)
        hash = hash * 33 + letter.unicode();
    return category.isEmpty() ? quiet : QColor::fromHsv(int(hash % 360), 140, 180);
}

QColor Theme::diverging(double value) const
{
    const double t = std::clamp(std::isfinite(value) ? value : 0.0, -1.0, 1.0);
    const QColor neutral = dark ? QColor("#262b31") : QColor("#f3f4f6");
    return t < 0 ? blend(neutral, dark ? QColor("#c21f30") : QColor("#b2182b"), -t) : blend(neutral, dark ? QColor("#2a74c9") : QColor("#2166ac"), t);
}

QString Theme::styleSheet() const
{
    // Only what a palette cannot say: 1-pixel lines, 4/8-pixel spacing, flat buttons.
    QString sheet = QStringLiteral(R"(
        QMainWindow, QDialog { background: @window; }
        QMainWindow::separator { background: @window; width: 6px; height: 6px; }
        QMenuBar { background: @panel; border-bottom: 1px solid @line; padding: 2px; }
        QMenuBar::item { padding: 4px 8px; background: transparent; border-radius: 4px; }
        QMenuBar::item:selected, QMenu::item:selected { background: @accent; color: @onaccent; }
        QMenu { background: @panel; border: 1px solid @line; padding: 4px; }
        QMenu::item { padding: 5px 24px 5px 12px; border-radius: 4px; }
        QMenu::item:disabled { color: @quiet; background: transparent; }
        QMenu::separator { height: 1px; background: @line; margin: 4px 8px; }
        QToolBar { background: @panel; border: none; border-bottom: 1px solid @line; padding: 6px 8px; spacing: 6px; }
        QStatusBar { background: @panel; border-top: 1px solid @line; color: @quiet; }
        QStatusBar::item { border: none; }
        QPushButton, QToolButton { background: @panel; border: 1px solid @line; border-radius: 5px; padding: 4px 10px; }
        QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
        QPushButton:hover, QToolButton:hover { border-color: @accent; }
        QPushButton:pressed, QToolButton:pressed, QToolButton:checked { background: @accent; color: @onaccent; border-color: @accent; }
        QPushButton:disabled, QToolButton:disabled { color: @quiet; }
        QPushButton[primary="true"], QToolButton[primary="true"] { background: @accent; color: @onaccent; border-color: @accent; font-weight: 600; }
        QPushButton[primary="true"]:disabled, QToolButton[primary="true"]:disabled { background: @line; color: @quiet; border-color: @line; }
        QToolButton[quiet="true"], QPushButton[quiet="true"] { border-color: transparent; background: transparent; padding: 2px 6px; }
        QToolButton::menu-indicator { image: none; }
        QLineEdit, QSpinBox, QDoubleSpinBox, QComboBox, QPlainTextEdit, QTextEdit { background: @panel; border: 1px solid @line; border-radius: 5px; padding: 3px 6px; selection-background-color: @accent; selection-color: @onaccent; }
        QLineEdit:focus, QSpinBox:focus, QDoubleSpinBox:focus, QComboBox:focus { border-color: @accent; }
        QComboBox::drop-down { border: none; width: 18px; }
        QComboBox::down-arrow { image: url(:/icons/chevron_down.svg); width: 10px; height: 10px; }
        QCheckBox::indicator, QAbstractItemView::indicator { width: 12px; height: 12px; border: 1px solid @quiet; border-radius: 3px; background: @panel; }
        QCheckBox::indicator:checked, QAbstractItemView::indicator:checked { background: @accent; border-color: @accent; image: url(:/icons/@check.svg); }
        QCheckBox::indicator:disabled, QAbstractItemView::indicator:disabled { border-color: @line; }
        QComboBox QAbstractItemView { background: @panel; border: 1px solid @line; selection-background-color: @accent; selection-color: @onaccent; }
        QListView, QTreeView, QTableView { background: @panel; border: none; outline: 0; }
        QListView::item, QTreeView::item { padding: 3px 4px; border-radius: 4px; }
        QListView::item:selected, QTreeView::item:selected, QTableView::item:selected { background: @accent; color: @onaccent; }
        QHeaderView::section { background: @panel; border: none; border-bottom: 1px solid @line; padding: 4px; color: @quiet; }
        QScrollArea { border: none; background: @panel; }
        QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
        QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
        QScrollBar::handle { background: @line; border-radius: 4px; min-height: 24px; min-width: 24px; margin: 1px; }
        QScrollBar::handle:hover { background: @quiet; }
        QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
        QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
        QSlider::groove:horizontal { height: 4px; background: @line; border-radius: 2px; }
        QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
        QSlider::handle:horizontal { background: @accent; width: 14px; height: 14px; margin: -5px 0; border-radius: 7px; }
        QSlider::handle:horizontal:disabled, QSlider::sub-page:horizontal:disabled { background: @line; }
        QProgressBar { background: @line; border: none; border-radius: 2px; max-height: 4px; text-align: center; }
        QProgressBar::chunk { background: @accent; border-radius: 2px; }
        QToolTip { background: @panel; color: @text; border: 1px solid @line; padding: 4px; }
        QTabBar::tab { background: transparent; padding: 5px 10px; border: none; color: @quiet; }
        QTabBar::tab:selected { color: @text; border-bottom: 2px solid @accent; }
    )");
    const std::array<std::pair<const char *, QColor>, 8> words = {{{"@onaccent", onAccent}, {"@accent", accent}, {"@window", window}, {"@panel", panel},
        {"@line", line}, {"@quiet", quiet}, {"@text", text}, {"@canvas", canvas}}};
    sheet.replace(QLatin1String("@check"), dark ? QLatin1String("check_dark") : QLatin1String("check"));
    for (const auto &[word, colour] : words)
        sheet.replace(QLatin1String(word), colour.name());
    return sheet;
}

} // namespace concord
