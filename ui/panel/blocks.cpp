#include "ui/panel/panel.h"

#include "core/graph/block.h"
#include "ui/widget/fuzzy.h"
#include "ui/widget/scroll_page.h"
#include "ui/widget/swatch.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QMimeData>
#include <QVBoxLayout>

#include <algorithm>

namespace concord {

/// A list whose items can be dragged onto the canvas.
class PaletteList : public QListWidget
{
public:
    using QListWidget::QListWidget;

protected:
    QStringList mimeTypes() const override { return {QStringLiteral("application/x-concord-block")}; }

    QMimeData *mimeData(const QList<QListWidgetItem *> &items) const override
    {
        if (items.isEmpty())
            return nullptr;
        auto *data = new QMimeData;
        data->setData(QStringLiteral("application/x-concord-block"), items.first()->data(blockTypeRole).toString().toUtf8());
        return data;
    }
};

/// The palette: every registered block under its category's heading.
class BlocksPanel : public Panel
{
public:
    explicit BlocksPanel(Workspace &workspace)
        : Panel(workspace)
        , search_(new QLineEdit(this))
        , list_(new PaletteList(this))
    {
        fillWithPanelColour(this);
        search_->setPlaceholderText(tr("Type to find a block…"));
        search_->setAccessibleName(tr("Find a block"));
        search_->setClearButtonEnabled(true);
        search_->installEventFilter(this);
        list_->setAccessibleName(tr("Blocks"));
        list_->setItemDelegate(new BlockDelegate(list_));
        list_->setDragEnabled(true);
        list_->setDragDropMode(QAbstractItemView::DragOnly);
        list_->setMouseTracking(true);
        list_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
        list_->setFrameShape(QFrame::NoFrame);
        list_->installEventFilter(this);
        auto *layout = new QVBoxLayout(this);
        layout->setContentsMargins(0, 8, 0, 4);
        layout->setSpacing(2);
        auto *row = new QHBoxLayout;
        row->setContentsMargins(8, 0, 8, 0);
        row->addWidget(search_);
        layout->addLayout(row);
        layout->addWidget(list_);
        connect(search_, &QLineEdit::textChanged, this, [this] { fill(); });
        connect(list_, &QListWidget::itemDoubleClicked, this, [this] { insert(); });
        connect(&workspace, &Workspace::themeChanged, this, [this] { fill(); });
        fill();
    }

protected:
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() != QEvent::KeyPress)
            return Panel::eventFilter(watched, event);
        const int key = static_cast<QKeyEvent *>(event)->key();
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            insert();
            return true;
        }
        if (key == Qt::Key_F1 && list_->currentItem()) {
            workspace().document.showCard(list_->currentItem()->data(blockTypeRole).toString());
            return true;
        }
        if (watched == search_ && key == Qt::Key_Down) {
            list_->setFocus();
            return true;
        }
        return Panel::eventFilter(watched, event);
    }

private:
    void fill()
    {
        static const std::vector<std::string> order = {"Data", "Encoders", "Layers", "Transformers", "Sharing", "Experts", "Conditioning", "Distillation", "Decoders", "Heads", "Losses", "Balance"};
        std::map<std::pair<std::size_t, std::string>, std::vector<std::pair<int, const Card *>>> groups;
        for (const auto &[id, entry] : BlockRegistry::instance().entries())
            if (const std::optional<int> score = cardScore(search_->text(), entry.card))
                groups[{std::size_t(std::ranges::find(order, entry.card.category) - order.begin()), entry.card.category}].emplace_back(*score, &entry.card);
        list_->clear();
        int best = -1000000;
        QListWidgetItem *bestItem = nullptr;
        for (auto &[key, cards] : groups) {
            auto *heading = new QListWidgetItem(QString::fromStdString(key.second), list_);
            heading->setFlags(Qt::NoItemFlags);
            std::ranges::stable_sort(cards, {}, [](const auto &entry) { return entry.second->title; });
            for (const auto &[score, card] : cards) {
                QListWidgetItem *item = blockItem(*card, workspace().theme(), false);
                list_->addItem(item);
                if (score > best) {
                    best = score;
                    bestItem = item;
                }
            }
        }
        if (groups.empty()) {
            auto *nothing = new QListWidgetItem(tr("No block is called so"), list_);
            nothing->setFlags(Qt::NoItemFlags);
        }
        // Enter in the search field takes the best; without a search nothing is chosen beforehand.
        list_->setCurrentItem(search_->text().isEmpty() ? nullptr : bestItem);
    }

    void insert()
    {
        const QListWidgetItem *item = list_->currentItem();
        if (item && !item->data(blockTypeRole).toString().isEmpty())
            workspace().document.insert(item->data(blockTypeRole).toString());
    }

    QLineEdit *search_;
    PaletteList *list_;
};

static const RegisterPanel<BlocksPanel> registeredBlocks{
    Card{.id = "blocks", .title = "Blocks", .category = "blocks", .summary = "Every block that a task graph can be made of."}};

} // namespace concord
