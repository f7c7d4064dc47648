#include "core/base/text.h"
#include "core/graph/analysis_pass.h"

#include <algorithm>

namespace concord {

namespace {

constexpr int mostCopies = 4096;   // a file must not be able to fill the memory with "loss.2000000000"
constexpr std::size_t longPortList = 16;

} // namespace

void PortList::setListed(std::vector<Port> ports)
{
    listed_.clear();
    byId_.clear();
    for (Port &port : ports)
        add(std::move(port));
}

void PortList::add(Port port)
{
    listed_.push_back(std::move(port));
    if (listed_.size() <= longPortList)
        return;
    for (std::size_t i = byId_.size(); i < listed_.size(); ++i)
        byId_.emplace(listed_[i].id, i);
}

std::optional<std::size_t> PortList::find(const std::string &id) const
{
    if (listed_.size() > longPortList) {
        const auto it = byId_.find(id);
        return it == byId_.end() ? std::nullopt : std::optional(it->second);
    }
    const auto it = std::ranges::find(listed_, id, &Port::id);
    return it == listed_.end() ? std::nullopt : std::optional(std::size_t(it - listed_.begin()));
}

std::optional<PortList::Place> PortList::place(const std::string &port, bool grow)
{
    if (const auto listed = find(port); listed && !listed_[*listed].repeats)
        return Place{*listed, 0};
    if (const int index = portIndex(port); index >= 0 && index < mostCopies)
        if (const auto listed = find(portStem(port)); listed && listed_[*listed].repeats)
            return Place{*listed, index};
    if (!grow)
        return std::nullopt;
    add({.id = port});
    return Place{listed_.size() - 1, 0};
}

bool PortList::repeats() const
{
    return std::ranges::any_of(listed_, &Port::repeats);
}

std::vector<Port> PortList::expand(int repeats)
{
    std::vector<Port> expanded;
    first_.clear();
    for (const Port &port : listed_) {
        first_.push_back(expanded.size());
        if (!port.repeats)
            expanded.push_back(port);
        for (int copy = 0; port.repeats && copy < repeats; ++copy) {
            expanded.push_back(port);
            expanded.back().id += "." + std::to_string(copy);
        }
    }
    return expanded;
}

void AnalysisPass::readLinks()
{
    std::vector<const Edge *> sorted;
    sorted.reserve(graph_.edges.size());
    for (const Edge &edge : graph_.edges)
        sorted.push_back(&edge);
    std::ranges::sort(sorted, [](const Edge *a, const Edge *b) { return *a < *b; });

    links_.reserve(sorted.size());
    for (const Edge *edge : sorted) {
        Link link{.edge = edge, .from = find(edge->from.node), .to = find(edge->to.node)};
        Item *from = link.from == none ? nullptr : &items_[link.from];
        Item *to = link.to == none ? nullptr : &items_[link.to];
        if (!from)
            report(to, to ? edge->to.port : "", fmt::format("link from '{}.{}' expected a node of this id, found none", edge->from.node, edge->from.port));
        if (!to)
            report(from, from ? edge->from.port : "", fmt::format("link to '{}.{}' expected a node of this id, found none", edge->to.node, edge->to.port));
        if (from && (link.output = from->outputs.place(edge->from.port, !from->facts->block)))
            from->facts->repeats = std::max(from->facts->repeats, link.output->copy + 1);
        if (to && (link.input = to->inputs.place(edge->to.port, !to->facts->block)))
            to->facts->repeats = std::max(to->facts->repeats, link.input->copy + 1);
        if (from && to) {
            from->out.push_back(links_.size());
            to->in.push_back(links_.size());
        }
        links_.push_back(link);
    }
}

void AnalysisPass::expandPorts()
{
    for (Item &item : items_) {
        NodeFacts &facts = *item.facts;
        facts.repeats = std::max(1, facts.repeats);
        facts.inputs = item.inputs.expand(facts.repeats);
        facts.outputs = item.outputs.expand(facts.repeats);
        item.inLink.assign(facts.inputs.size(), none);
    }
}

void AnalysisPass::joinLinks()
{
    for (std::size_t i = 0; i < links_.size(); ++i) {
        Link &link = links_[i];
        if (link.to == none)
            continue;
        Item &to = items_[link.to];
        if (!link.input) {
            std::vector<std::string> known;
            for (const Port &port : to.facts->inputs)
                known.push_back(port.id);
            report(&to, link.edge->to.port, fmt::format("link from '{}.{}' expected an input, found no '{}'{}", link.edge->from.node, link.edge->from.port,
                                                        link.edge->to.port, didYouMean(link.edge->to.port, known)));
            continue;
        }
        const std::size_t position = to.inputs.position(*link.input);
        if (std::size_t &taken = to.inLink[position]; taken == none) {
            taken = i;
        } else {
            const PortRef &first = links_[taken].edge->from;
            report(&to, link.edge->to.port, fmt::format("input '{}' expected one link, found two: from '{}.{}' and from '{}.{}'", link.edge->to.port,
                                                        first.node, first.port, link.edge->from.node, link.edge->from.port));
            continue;
        }
        if (link.from == none || !link.output || !to.facts->block || !items_[link.from].facts->block)
            continue;
        const Item &from = items_[link.from];
        checkTypes(link, from.facts->outputs[from.outputs.position(*link.output)], to.facts->inputs[position]);
    }
}

void AnalysisPass::checkTypes(Link &link, const Port &output, const Port &input)
{
    link.carries = fits(output.type, input.type);
    if (!link.carries)
        report(&items_[link.to], link.edge->to.port, fmt::format("input '{}' expected {}, found {} from '{}.{}'", link.edge->to.port, acceptedTypes(input.type),
                                                                 typeWords(output.type), link.edge->from.node, link.edge->from.port));
}

} // namespace concord
