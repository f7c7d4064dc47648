#include "ui/window/layouts.h"

#include <QTimer>

namespace concord {

namespace {

/// Splits, tabs and sizes by id; a panel that is not registered is passed over.
class Arranger
{
public:
    Arranger(QMainWindow &window, const Docks &docks)
        : window_(window)
        , docks_(docks)
    {
        for (Dock *dock : docks) {
            dock->setFloating(false);
            window.removeDockWidget(dock);
        }
    }

    /// The other mode's panels are in the layout too, but hidden: a saved layout must know of all, or Qt shows the strangers.
    void hideOthers()
    {
        for (Dock *dock : docks_)
            if (window_.dockWidgetArea(dock) == Qt::NoDockWidgetArea) {
                window_.addDockWidget(Qt::RightDockWidgetArea, dock);
                dock->hide();
            }
    }

    void add(const char *id, Qt::DockWidgetArea area)
    {
        if (Dock *dock = find(id)) {
            window_.addDockWidget(area, dock);
            dock->show();
        }
    }

    void split(const char *first, const char *second, Qt::Orientation orientation)
    {
        if (Dock *a = find(first), *b = find(second); a && b) {
            window_.splitDockWidget(a, b, orientation);
            b->show();
        }
    }

    /// Behind `first` as a tab of the same place; `first` stays on top.
    void tab(const char *first, const char *second)
    {
        if (Dock *a = find(first), *b = find(second); a && b) {
            window_.tabifyDockWidget(a, b);
            b->show();
            a->raise();
            QTimer::singleShot(0, a, [a] { a->raise(); });   // before the window is laid out the tab that came last stays on top
        }
    }

    void sizes(const QList<std::pair<const char *, int>> &wanted, Qt::Orientation orientation)
    {
        QList<QDockWidget *> docks;
        QList<int> values;
        for (const auto &[id, size] : wanted)
            if (Dock *dock = find(id)) {
                docks += dock;
                values += size;
            }
        window_.resizeDocks(docks, values, orientation);
    }

private:
    Dock *find(const char *id) const { return docks_.value(QLatin1String(id), nullptr); }

    QMainWindow &window_;
    const Docks &docks_;
};

} // namespace

void arrange(QMainWindow &window, const Docks &docks, Mode mode)
{
    Arranger arranger(window, docks);
    if (mode == Mode::design) {
        arranger.add("blocks", Qt::LeftDockWidgetArea);
        arranger.split("blocks", "canvas", Qt::Horizontal);
        arranger.split("canvas", "inspector", Qt::Horizontal);
        arranger.split("canvas", "problems", Qt::Vertical);
        arranger.hideOthers();
        arranger.sizes({{"blocks", 190}, {"canvas", 960}, {"inspector", 250}}, Qt::Horizontal);
        arranger.sizes({{"canvas", 650}, {"problems", 130}}, Qt::Vertical);
        return;
    }
    if (mode == Mode::compare) {
        arranger.add("runs", Qt::LeftDockWidgetArea);
        arranger.split("runs", "compare", Qt::Horizontal);
        arranger.split("compare", "curves", Qt::Vertical);
        arranger.split("curves", "difference", Qt::Horizontal);
        arranger.tab("compare", "front");
        arranger.tab("compare", "duel");
        arranger.hideOthers();
        arranger.sizes({{"runs", 280}, {"compare", 1110}}, Qt::Horizontal);
        arranger.sizes({{"curves", 640}, {"difference", 510}}, Qt::Horizontal);
        arranger.sizes({{"compare", 430}, {"curves", 330}}, Qt::Vertical);
        return;
    }
    arranger.add("runs", Qt::TopDockWidgetArea);
    arranger.split("runs", "curves", Qt::Horizontal);
    arranger.split("curves", "conflict", Qt::Horizontal);
    arranger.split("curves", "river", Qt::Vertical);
    arranger.split("conflict", "log", Qt::Vertical);
    arranger.tab("river", "what_if");
    arranger.tab("river", "experts");
    arranger.add("predictions", Qt::BottomDockWidgetArea);
    arranger.split("predictions", "timeline", Qt::Vertical);
    arranger.hideOthers();
    arranger.sizes({{"runs", 240}, {"curves", 860}, {"conflict", 290}}, Qt::Horizontal);
    arranger.sizes({{"curves", 340}, {"river", 170}}, Qt::Vertical);
    arranger.sizes({{"conflict", 400}, {"log", 110}}, Qt::Vertical);
    arranger.sizes({{"runs", 520}, {"predictions", 220}, {"timeline", 44}}, Qt::Vertical);
}

} // namespace concord
