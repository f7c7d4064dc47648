#pragma once

#include "core/base/error.h"
#include "core/base/text.h"

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace concord {

/// What a registered thing says of itself. `id` is its file's stem and its name in documents.
struct Card
{
    std::string id = {};
    std::string title = {};
    std::string category = {};              ///< heading in the palette, e.g. "Encoders"
    std::string summary = {};               ///< one sentence
    std::string paper = {};                 ///< "Authors, venue year"; empty for common knowledge
    std::vector<std::string> claims = {};   ///< properties that the family's test suite checks
    std::string fidelity = "exact";         ///< exact · exact algorithm, toy data · reduced architecture · analogue
};

/// All things of one kind, filled before main() by the `Register` objects at the end of their files.
template<class T>
class Registry
{
public:
    struct Entry
    {
        Card card;
        std::function<std::unique_ptr<T>()> make;
    };

    static Registry &instance()
    {
        static Registry registry;
        return registry;
    }

    void add(Card card, std::function<std::unique_ptr<T>()> make)
    {
        const std::string id = card.id;
        entries_[id] = {std::move(card), std::move(make)};
    }

    const Entry *find(const std::string &id) const
    {
        const auto it = entries_.find(id);
        return it == entries_.end() ? nullptr : &it->second;
    }

    /// A new object with its defaults; throws Error naming the known ids.
    std::unique_ptr<T> make(const std::string &id) const
    {
        if (const Entry *entry = find(id))
            return entry->make();
        throw Error("unknown id '{}'{}; expected one of: {}", id, didYouMean(id, ids()), join(ids(), ", "));
    }

    /// Sorted.
    std::vector<std::string> ids() const
    {
        std::vector<std::string> result;
        for (const auto &[id, entry] : entries_)
            result.push_back(id);
        return result;
    }

    const std::map<std::string, Entry> &entries() const { return entries_; }

private:
    std::map<std::string, Entry> entries_;
};

/// `static const Register<Block, Conv> registered{{.id = "conv", …}};` at the end of a file adds it.
template<class T, class Concrete>
struct Register
{
    explicit Register(Card card)
    {
        Registry<T>::instance().add(std::move(card), [] { return std::make_unique<Concrete>(); });
    }
};

} // namespace concord
