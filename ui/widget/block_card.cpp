#include "ui/widget/block_card.h"

#include "core/graph/block.h"
#include "ui/widget/param_field.h"

namespace concord {

namespace {

QString portWords(const std::vector<Port> &ports)
{
    QStringList words;
    for (const Port &port : ports)
        words += QString::fromStdString(port.label.empty() ? port.id : port.label).toHtmlEscaped() + QStringLiteral(" (") + QString::fromUtf8(name(port.type)) +
                 (port.repeats ? BlockCard::tr(", one per task") : QString()) + (port.optional ? BlockCard::tr(", optional") : QString()) + u')';
    return words.join(QStringLiteral(", "));
}

} // namespace

BlockCard::BlockCard(QWidget *parent)
    : QLabel(parent)
{
    setTextFormat(Qt::RichText);
    setWordWrap(true);
    setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
}

void BlockCard::show(const QString &type)
{
    setText(html(type));
}

QString BlockCard::html(const QString &type)
{
    const BlockRegistry::Entry *entry = BlockRegistry::instance().find(type.toStdString());
    if (!entry)
        return tr("This program has no block “%1”. Its data are kept when the experiment is saved.").arg(type.toHtmlEscaped());
    const Card &card = entry->card;
    const auto line = [](const QString &what, const QString &text) {
        return text.isEmpty() ? QString() : QStringLiteral("<p><b>%1</b> %2</p>").arg(what, text);
    };
    const std::unique_ptr<Block> block = entry->make();
    QString page = QStringLiteral("<p>%1</p>").arg(QString::fromStdString(card.summary).toHtmlEscaped());
    page += line(tr("Paper"), QString::fromStdString(card.paper).toHtmlEscaped());
    if (!card.paper.empty())
        page += line(tr("Fidelity"), QString::fromStdString(card.fidelity).toHtmlEscaped());
    page += line(tr("Takes"), portWords(block->inputs()));
    page += line(tr("Gives"), portWords(block->outputs()));
    for (const ParamSpec &spec : listParams(*block))
        page += QStringLiteral("<p><b>%1</b> %2</p>").arg(paramLabel(spec).toHtmlEscaped(), QString::fromStdString(spec.info.help).toHtmlEscaped());
    return page;
}

} // namespace concord
