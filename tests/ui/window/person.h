#pragma once

#include "tests/ui/job/tiny_project.h"
#include "ui/graph/graph_view.h"
#include "ui/graph/node_item.h"
#include "ui/graph/quick_insert.h"
#include "ui/widget/experiment_page.h"
#include "ui/widget/node_page.h"
#include "ui/widget/param_field.h"
#include "ui/widget/param_form.h"
#include "ui/widget/plan_form.h"
#include "ui/window/main_window.h"

#include <QApplication>
#include <QDropEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QMenu>
#include <QMimeData>
#include <QMouseEvent>
#include <QSettings>
#include <QTimer>
#include <QToolButton>

namespace concord::test {

/// The settings of this test only; a person's own are never touched.
inline void useSettingsIn(const QString &folder)
{
    QCoreApplication::setOrganizationName(QStringLiteral("concord-test"));
    QCoreApplication::setApplicationName(QStringLiteral("concord-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
    QSettings().clear();
    qputenv("HOME", folder.toUtf8());
    qputenv("XDG_DOCUMENTS_DIR", folder.toUtf8());
}

/// Someone at the window with a mouse and a keyboard. Places on the canvas are in shares of its width and height.
class Person
{
public:
    explicit Person(MainWindow &window)
        : window_(window)
        , view_(*window.findChild<GraphView *>())
    {
    }

    ExperimentDocument &document() { return window_.workspace().document; }
    Project &project() { return window_.workspace().project; }

    QPoint place(double x, double y) const { return {int(x * view_.viewport()->width()), int(y * view_.viewport()->height())}; }

    /// Space at the mouse, the name, Enter. The new block is selected.
    void insertByTyping(const QString &name, double x, double y)
    {
        QCursor::setPos(view_.viewport()->mapToGlobal(place(x, y)));
        view_.setFocus();
        QTest::keyClick(&view_, Qt::Key_Space);
        QTRY_VERIFY(view_.quickInsert()->isVisible());
        QTest::keyClicks(view_.quickInsert()->field(), name);
        QTest::keyClick(view_.quickInsert()->field(), Qt::Key_Return);
    }

    /// From the palette onto the canvas; the drag itself belongs to the desktop, so what it delivers is sent.
    void insertByDragging(const QString &title, double x, double y)
    {
        const auto lists = window_.findChildren<QListWidget *>();
        for (QListWidget *list : lists)
            for (QListWidgetItem *item : list->dragEnabled() ? list->findItems(title, Qt::MatchExactly) : QList<QListWidgetItem *>()) {
                list->setCurrentItem(item);
                const std::unique_ptr<QMimeData> data(list->model()->mimeData({list->currentIndex()}));
                QDragEnterEvent enter(place(x, y), Qt::CopyAction, data.get(), Qt::LeftButton, {});
                QApplication::sendEvent(view_.viewport(), &enter);
                QDragMoveEvent move(place(x, y), Qt::CopyAction, data.get(), Qt::LeftButton, {});
                QApplication::sendEvent(view_.viewport(), &move);
                QVERIFY(move.isAccepted());
                QDropEvent drop(place(x, y), Qt::CopyAction, data.get(), Qt::LeftButton, {});
                QApplication::sendEvent(view_.viewport(), &drop);
                return;
            }
        QFAIL(qPrintable(title + QStringLiteral(" is not in the palette")));
    }

    void link(const char *from, const char *out, const char *to, const char *in)
    {
        NodeItem *source = view_.graphScene().nodeItem(QString::fromLatin1(from));
        NodeItem *target = view_.graphScene().nodeItem(QString::fromLatin1(to));
        QVERIFY2(source && target, qPrintable(QStringLiteral("%1 → %2").arg(QLatin1String(from), QLatin1String(to))));
        const QPoint a = view_.mapFromScene(source->portPoint(out, false));
        const QPoint b = view_.mapFromScene(target->portPoint(in, true));
        mouse(QEvent::MouseButtonPress, a, Qt::LeftButton);
        mouse(QEvent::MouseMove, (a + b) / 2, Qt::LeftButton);
        mouse(QEvent::MouseMove, b, Qt::LeftButton);
        mouse(QEvent::MouseButtonRelease, b, Qt::NoButton);
        const auto &edges = document().graph().edges;
        QVERIFY2(std::ranges::find(edges, Edge{{from, out}, {to, in}}) != edges.end(), qPrintable(QStringLiteral("%1.%2 → %3.%4").arg(QLatin1String(from), QLatin1String(out), QLatin1String(to), QLatin1String(in))));
    }

    void click(const char *node)
    {
        NodeItem *item = view_.graphScene().nodeItem(QString::fromLatin1(node));
        QVERIFY2(item, node);
        QTest::mouseClick(view_.viewport(), Qt::LeftButton, {}, view_.mapFromScene(item->pos() + QPointF(item->look().size.width() / 2, 10)));
        QCOMPARE(document().selection(), QSet<QString>{QString::fromLatin1(node)});
    }

    void clickOnNothing(double x, double y)
    {
        QTest::mouseClick(view_.viewport(), Qt::LeftButton, {}, place(x, y));
        QVERIFY(document().selection().isEmpty());
    }

    /// Of the selected block, in the inspector.
    void setParam(const char *name, const QString &text) { type(window_.findChild<NodePage *>()->form()->field(name), text); }
    void setPlan(const char *name, const QString &text) { type(window_.findChild<ExperimentPage *>()->findChild<PlanForm *>()->rest()->field(name), text); }

    void pressButton(const char *name)
    {
        auto *button = window_.findChild<QToolButton *>(QString::fromLatin1(name));
        QVERIFY2(button && button->isVisible() && button->isEnabled(), name);
        QTest::mouseClick(button, Qt::LeftButton);
    }

    /// An entry of the context menu of `widget`, once it has popped up.
    void chooseFromMenu(QWidget *viewport, const QPoint &at, const QString &text)
    {
        bool chosen = false;
        QTimer watch;
        QObject::connect(&watch, &QTimer::timeout, &watch, [&] {
            auto *menu = qobject_cast<QMenu *>(QApplication::activePopupWidget());
            if (!menu)
                return;
            watch.stop();
            for (QAction *action : menu->actions())
                if (action->text() == text && action->isEnabled()) {
                    chosen = true;
                    QTest::mouseClick(menu, Qt::LeftButton, {}, menu->actionGeometry(action).center());
                    return;
                }
            menu->close();
        });
        watch.start(10);
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, viewport->mapToGlobal(at));
        QApplication::sendEvent(viewport, &event);
        QVERIFY2(chosen, qPrintable(text));
    }

private:
    void mouse(QEvent::Type type, const QPoint &at, Qt::MouseButtons held)
    {
        QMouseEvent event(type, at, view_.viewport()->mapToGlobal(at), type == QEvent::MouseMove ? Qt::NoButton : Qt::LeftButton, held, {});
        QApplication::sendEvent(view_.viewport(), &event);
    }

    static void type(ParamField *field, const QString &text)
    {
        QVERIFY(field);
        auto *edit = qobject_cast<QLineEdit *>(field->editor());
        QVERIFY(edit);
        edit->setFocus();
        edit->selectAll();
        QTest::keyClicks(edit, text);
        QTest::keyClick(edit, Qt::Key_Return);
        QVERIFY2(field->problem().isEmpty(), qPrintable(field->problem()));
    }

    MainWindow &window_;
    GraphView &view_;
};

} // namespace concord::test
