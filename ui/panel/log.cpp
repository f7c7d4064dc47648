#include "ui/panel/panel.h"

#include <QPlainTextEdit>
#include <QScrollBar>
#include <QVBoxLayout>

namespace concord {

/// What the current run said, in words.
class LogPanel : public Panel
{
public:
    explicit LogPanel(Workspace &workspace)
        : Panel(workspace)
        , text_(new QPlainTextEdit(this))
    {
        text_->setReadOnly(true);
        text_->setFrameShape(QFrame::NoFrame);
        text_->setMaximumBlockCount(5000);
        text_->setPlaceholderText(tr("Messages of the run appear here."));
        text_->setAccessibleName(tr("Log"));
        auto *layout = new QVBoxLayout(this);
        layout->setContentsMargins(4, 4, 4, 4);
        layout->addWidget(text_);
        connect(&workspace, &Workspace::shownRunsChanged, this, [this] { follow(); });
        connect(&workspace, &Workspace::themeChanged, this, [this] { rewrite(); });
        follow();
    }

protected:
    void showEvent(QShowEvent *) override { write(); }

private:
    void follow()
    {
        disconnect(reset_);
        disconnect(grown_);
        if (RunData *data = workspace().currentData()) {
            reset_ = connect(data, &RunData::reset, this, [this] { rewrite(); });
            grown_ = connect(data, &RunData::grown, this, [this] { write(); });
        }
        rewrite();
    }

    void rewrite()
    {
        text_->clear();
        written_ = 0;
        write();
    }

    void write()
    {
        RunData *data = workspace().currentData();
        if (!isVisible() || !data)
            return;
        const Theme &theme = workspace().theme();
        const bool atEnd = text_->verticalScrollBar()->value() >= text_->verticalScrollBar()->maximum() - 4 || written_ == 0;
        for (; written_ < data->log().size(); ++written_) {
            const LogEvent &event = data->log()[written_];
            const QColor colour = event.level == LogEvent::Level::error ? theme.error : event.level == LogEvent::Level::warning ? theme.warning : theme.text;
            text_->appendHtml(QStringLiteral("<span style='color:%1'>%L2&nbsp;&nbsp;</span><span style='color:%3'>%4</span>")
                                  .arg(theme.quiet.name()).arg(event.step).arg(colour.name(), QString::fromStdString(event.text).toHtmlEscaped()));
        }
        // After the layout of what was just written.
        if (atEnd)
            QMetaObject::invokeMethod(
                text_, [this] { text_->verticalScrollBar()->setValue(text_->verticalScrollBar()->maximum()); }, Qt::QueuedConnection);
    }

    QPlainTextEdit *text_;
    std::size_t written_ = 0;
    QMetaObject::Connection reset_;
    QMetaObject::Connection grown_;
};

static const RegisterPanel<LogPanel> registeredLog{{.id = "log", .title = "Log", .category = "log", .summary = "What the current run said"}};

} // namespace concord
