#include "core/base/text.h"
#include "core/graph/analysis_pass.h"

namespace concord {

void AnalysisPass::inferTypes()
{
    for (Item &item : items_)
        checkInputs(item);
    for (const std::size_t i : order_)
        inferNode(items_[i]);
    reportMissingOutputs();
}

void AnalysisPass::checkInputs(Item &item)
{
    // The balance node takes any of its inputs: a task that was removed from the middle leaves a gap.
    if (!item.facts->block || item.facts->category == "Balance")
        return;
    for (std::size_t i = 0; i < item.inLink.size(); ++i) {
        const Port &port = item.facts->inputs[i];
        if (item.inLink[i] != none || port.optional)
            continue;
        item.failed = true;
        report(&item, port.id, fmt::format("input '{}' expected {}, found no link", port.id, acceptedTypes(port.type)));
    }
}

void AnalysisPass::inferNode(Item &item)
{
    NodeFacts &facts = *item.facts;
    bool complete = facts.block && !item.failed;
    bool linked = false;
    for (std::size_t i = 0; i < item.inLink.size(); ++i) {
        if (item.inLink[i] == none)
            continue;
        linked = true;
        const Link &link = links_[item.inLink[i]];
        const PortTypes *types = link.carries ? &items_[link.from].facts->outputTypes : nullptr;
        const auto type = types ? types->find(link.edge->from.port) : PortTypes::const_iterator();
        if (types && type != types->end())
            facts.inputTypes.emplace_hint(facts.inputTypes.end(), facts.inputs[i].id, type->second);
        else
            complete = false;
    }
    if (!complete || (!linked && facts.category == "Balance"))
        return;
    try {
        Inference inference = facts.block->infer(facts.inputTypes, facts.repeats);
        facts.outputTypes = std::move(inference.outputs);
        facts.parameters = inference.parameters;
        facts.macs = inference.macs;
        facts.forwards = inference.forwards;
        facts.inferred = true;
    } catch (const std::exception &error) {
        item.failed = true;
        report(&item, "", error.what(), Severity::error, facts.category == "Losses" ? classesFix(item) : std::nullopt);
    }
}

/// Only now: a data node that cannot read its files has no label outputs, and has said why.
void AnalysisPass::reportMissingOutputs()
{
    for (const Link &link : links_) {
        if (link.from == none || items_[link.from].failed)
            continue;
        Item &from = items_[link.from];
        const std::string &port = link.edge->from.port;
        const std::string target = link.edge->to.node + "." + link.edge->to.port;
        if (!link.output) {
            std::vector<std::string> known;
            for (const Port &each : from.facts->outputs)
                known.push_back(each.id);
            report(&from, port, fmt::format("link to '{}' expected an output, found no '{}'{}", target, port, didYouMean(port, known)));
        } else if (from.facts->inferred && !from.facts->outputTypes.contains(port)) {
            report(&from, port, fmt::format("link to '{}' expected output '{}' to be available with these inputs, found that it is not", target, port));
        }
    }
}

} // namespace concord
