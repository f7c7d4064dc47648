#pragma once

#include "core/graph/analysis.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace concord {

/// The ports of one side of one node: as the block lists them, and expanded to as many copies as the links need.
class PortList
{
public:
    struct Place
    {
        std::size_t listed = 0;
        int copy = 0;
    };

    void setListed(std::vector<Port> ports);

    /// Where an expanded port id belongs among the listed ports. With `grow` (a block of an unknown type) it is added when it is new.
    std::optional<Place> place(const std::string &port, bool grow);

    bool repeats() const;
    std::vector<Port> expand(int repeats);                                             ///< call before `position`
    std::size_t position(const Place &place) const { return first_[place.listed] + std::size_t(place.copy); }   ///< among the expanded ports

private:
    void add(Port port);
    std::optional<std::size_t> find(const std::string &id) const;

    std::vector<Port> listed_;
    std::vector<std::size_t> first_;
    std::unordered_map<std::string, std::size_t> byId_;   ///< only for long lists; a data set may have hundreds of labels
};

/// The passes of analyse(), over nodes and edges by number. Each pass has its own file analysis_<pass>.cpp. Nodes are numbered in the
/// order of their ids, so that nothing depends on the order of creation.
class AnalysisPass
{
public:
    AnalysisPass(const TaskGraph &graph, Analysis &result)
        : graph_(graph)
        , result_(result)
    {
    }

    void run();

private:
    static constexpr std::size_t none = std::size_t(-1);

    struct Item
    {
        const Node *node = nullptr;
        NodeFacts *facts = nullptr;
        PortList inputs = {};
        PortList outputs = {};
        std::vector<std::size_t> inLink = {};       ///< by input position: the link, or none
        std::vector<std::size_t> in = {};           ///< links that name an existing node at their other end
        std::vector<std::size_t> out = {};
        std::vector<std::uint64_t> reached = {};    ///< one bit per task
        bool failed = false;                        ///< said what is wrong with it; what follows from that is not said again
    };

    struct Link
    {
        const Edge *edge = nullptr;
        std::size_t from = none;
        std::size_t to = none;
        std::optional<PortList::Place> output = {};
        std::optional<PortList::Place> input = {};
        bool carries = false;                       ///< joins two existing ports whose types fit, alone at its input
    };

    void makeNodes();
    void makeNode(Item &item);
    void findSpecial();

    void readLinks();
    void expandPorts();
    void joinLinks();
    void checkTypes(Link &link, const Port &output, const Port &input);

    void sortNodes();
    void reportCycle(const std::vector<int> &waiting);

    void inferTypes();
    void inferNode(Item &item);
    void checkInputs(Item &item);
    void reportMissingOutputs();
    std::optional<Fix> paramFix(const Item &item, const ParamProblem &problem) const;
    std::optional<Fix> classesFix(const Item &loss) const;
    bool cures(const Fix &fix, const std::vector<std::size_t> &path) const;

    void findTasks();
    void describeTask(std::size_t loss, std::size_t number);
    void readLoss(std::size_t loss, GraphTask &task);
    void readSum(std::size_t sum, const std::vector<std::size_t> &losses, GraphTask &task);
    std::vector<std::size_t> summedLosses(std::size_t item) const;
    void checkTasks();
    void spreadTasks();
    void sumCosts();

    void askBlocks();
    void lint();

    std::size_t find(const std::string &id) const;   ///< none when there is no such node
    bool is(std::size_t item, const char *category) const { return items_[item].facts->category == category; }
    void report(const Item *item, const std::string &port, const std::string &message, Severity severity = Severity::error, std::optional<Fix> fix = {});

    const TaskGraph &graph_;
    Analysis &result_;
    std::vector<Item> items_;
    std::vector<Link> links_;
    std::vector<std::size_t> order_;     ///< topological; the nodes of cycles and behind them are missing
    std::size_t data_ = none;
    std::size_t balance_ = none;
    std::vector<std::size_t> lossItems_;   ///< by task
};

} // namespace concord
