#pragma once

#include <QHash>
#include <QObject>
#include <QPointF>
#include <QSizeF>
#include <QThreadPool>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

namespace concord {

struct LayoutBox
{
    std::string id;
    QSizeF size;
    double line = -1; ///< height of what flows through it below its top; the middle when negative
    std::string group = {}; ///< boxes of one group stay together
};

struct LayoutLink
{
    std::string from;
    std::string to;
    bool weak = false; ///< labels: drawn quietly, so they do not pull nodes together
};

/// Top left corners by node id.
using LayoutResult = QHash<QString, QPointF>;

/// Layers from left to right by Graphviz' dot (Gansner et al., "A technique for drawing directed graphs", TSE 1993), on a 4-pixel
/// grid with the top left corner of everything at (0, 0). Blocks of any thread wait for each other: libgvc has global state.
LayoutResult layeredLayout(const std::vector<LayoutBox> &boxes, const std::vector<LayoutLink> &links);

/// Runs layeredLayout off the window's thread; the newest request wins.
class AutoLayout : public QObject
{
    Q_OBJECT

public:
    explicit AutoLayout(QObject *parent = nullptr);

    void start(std::vector<LayoutBox> boxes, std::vector<LayoutLink> links);

Q_SIGNALS:
    void finished(const concord::LayoutResult &corners);

private:
    std::atomic<std::uint64_t> newest_ = 0;
    QThreadPool pool_; ///< last: waits for its thread before this object goes
};

} // namespace concord
