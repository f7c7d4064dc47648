#pragma once

#include "core/base/registry.h"
#include "ui/job/workspace.h"

#include <QAction>
#include <QList>
#include <QWidget>

namespace concord {

/// Base of every dock panel's widget. A hidden panel does no work: connect to data in showEvent-aware ways or check isVisible().
class Panel : public QWidget
{
    Q_OBJECT

public:
    explicit Panel(Workspace &workspace)
        : workspace_(workspace)
    {
    }

    /// Short words at the right of the panel's title line ("3 done · 2 queued"), and small controls beside them.
    QString headerInfo() const { return headerInfo_; }
    virtual QWidget *headerControls() { return nullptr; }

    /// Orders that the window shows in its menus, with their shortcuts: the canvas's go to "Graph", others to "View".
    virtual QList<QAction *> menuActions() { return {}; }

Q_SIGNALS:
    void headerInfoChanged();

protected:
    void setHeaderInfo(const QString &text)
    {
        if (text != headerInfo_) {
            headerInfo_ = text;
            Q_EMIT headerInfoChanged();
        }
    }
    Workspace &workspace() const { return workspace_; }

private:
    Workspace &workspace_;
    QString headerInfo_;
};

/// One file per panel: registers its factory with a Card (id = file stem, title, summary; category = where it opens,
/// one of "canvas", "blocks", "inspector", "problems", "runs", "curves", "river", "conflict", "predictions", "timeline", "log").
class PanelFactory
{
public:
    virtual ~PanelFactory() = default;
    virtual Panel *create(Workspace &workspace) const = 0;
};

template<class T>
class PanelOf : public PanelFactory
{
public:
    Panel *create(Workspace &workspace) const override { return new T(workspace); }
};

using PanelRegistry = Registry<PanelFactory>;

/// `static const RegisterPanel<CurvesPanel> registeredCurves{{.id = "curves", .title = "Curves"}};`
template<class T>
using RegisterPanel = Register<PanelFactory, PanelOf<T>>;

} // namespace concord
