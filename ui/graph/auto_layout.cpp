#include "ui/graph/auto_layout.h"

#include <fmt/format.h>
#include <gvc.h>

#include <cmath>
#include <limits>
#include <map>
#include <mutex>

namespace concord {

namespace {

constexpr double pointsPerInch = 72;
constexpr double gapInLayer = 36;
constexpr double gapBetweenLayers = 76; // room for the shape's pill
constexpr int marginOfGroup = 28;       // for the frame and its title

/// Graphviz takes char * that it does not write to.
char *writable(const std::string &text)
{
    return const_cast<char *>(text.c_str());
}

void setAttribute(void *object, const char *name, const std::string &value)
{
    static const std::string none;
    agsafeset(object, const_cast<char *>(name), writable(value), writable(none));
}

double boxLine(const LayoutBox &box)
{
    return box.line < 0 ? box.size.height() / 2 : box.line;
}

double toGrid(double value)
{
    return std::round(value / 4) * 4;
}

} // namespace

LayoutResult layeredLayout(const std::vector<LayoutBox> &boxes, const std::vector<LayoutLink> &links)
{
    static std::mutex one;
    const std::lock_guard lock(one);
    LayoutResult corners;
    if (boxes.empty())
        return corners;

    GVC_t *context = gvContext();
    Agraph_t *graph = agopen(const_cast<char *>("concord"), Agdirected, nullptr);
    setAttribute(graph, "rankdir", "LR");
    setAttribute(graph, "nodesep", fmt::format("{:.3f}", gapInLayer / pointsPerInch));
    setAttribute(graph, "ranksep", fmt::format("{:.3f}", gapBetweenLayers / pointsPerInch));
    setAttribute(graph, "splines", "false");
    std::map<std::string, Agnode_t *> nodes;
    std::map<std::string, Agraph_t *> clusters;
    for (const LayoutBox &box : boxes) {
        Agnode_t *node = agnode(graph, writable(box.id), 1);
        setAttribute(node, "shape", "box");
        setAttribute(node, "fixedsize", "true");
        setAttribute(node, "label", "");
        setAttribute(node, "width", fmt::format("{:.3f}", box.size.width() / pointsPerInch));
        setAttribute(node, "height", fmt::format("{:.3f}", 2 * std::max(boxLine(box), box.size.height() - boxLine(box)) / pointsPerInch));
        nodes[box.id] = node;
        if (!box.group.empty()) {
            Agraph_t *&cluster = clusters.try_emplace(box.group, nullptr).first->second;
            if (!cluster) {
                cluster = agsubg(graph, writable(fmt::format("cluster_{}", clusters.size())), 1);
                setAttribute(cluster, "margin", std::to_string(marginOfGroup));
            }
            agsubnode(cluster, node, 1);
        }
    }
    for (const LayoutLink &link : links) {
        const auto from = nodes.find(link.from);
        const auto to = nodes.find(link.to);
        if (from == nodes.end() || to == nodes.end())
            continue;
        Agedge_t *edge = agedge(graph, from->second, to->second, nullptr, 1);
        setAttribute(edge, "weight", link.weak ? "0" : "4");
    }

    if (gvLayout(context, graph, "dot") == 0) {
        std::map<long, double> layers; // by centre: the widest box's left edge
        double left = std::numeric_limits<double>::infinity();
        double top = left;
        for (const LayoutBox &box : boxes) {
            const pointf centre = ND_coord(nodes[box.id]);
            const QPointF corner(centre.x - box.size.width() / 2, -centre.y - boxLine(box));
            double &edge = layers.try_emplace(std::lround(centre.x), corner.x()).first->second;
            edge = std::min(edge, corner.x());
            corners[QString::fromStdString(box.id)] = corner;
        }
        // dot centres a layer's boxes; with their left edges in one line the eye finds the columns.
        for (const LayoutBox &box : boxes) {
            QPointF &corner = corners[QString::fromStdString(box.id)];
            corner.setX(layers.at(std::lround(ND_coord(nodes[box.id]).x)));
            left = std::min(left, corner.x());
            top = std::min(top, corner.y());
        }
        for (QPointF &corner : corners)
            corner = {toGrid(corner.x() - left), toGrid(corner.y() - top)};
        gvFreeLayout(context, graph);
    }
    agclose(graph);
    gvFreeContext(context);
    return corners;
}

AutoLayout::AutoLayout(QObject *parent)
    : QObject(parent)
{
    pool_.setMaxThreadCount(1);
}

void AutoLayout::start(std::vector<LayoutBox> boxes, std::vector<LayoutLink> links)
{
    const std::uint64_t number = ++newest_;
    pool_.start([this, number, boxes = std::move(boxes), links = std::move(links)] {
        if (number != newest_)
            return;
        const LayoutResult corners = layeredLayout(boxes, links);
        QMetaObject::invokeMethod(
            this,
            [this, number, corners] {
                if (number == newest_)
                    Q_EMIT finished(corners);
            },
            Qt::QueuedConnection);
    });
}

} // namespace concord
