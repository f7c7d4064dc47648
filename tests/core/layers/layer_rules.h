#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace concord::test {

/// The project's sources by path from the root ("core/base/text.cpp"), and what breaks the rules of the rooms in them.
class LayerRules
{
public:
    using Files = std::map<std::string, std::string>;

    explicit LayerRules(Files files)
        : files_(std::move(files))
    {
    }

    static Files readTree(const std::filesystem::path &root, const std::vector<std::string> &folders);

    /// "core/base/text.cpp: …", one sentence each.
    std::vector<std::string> includeFaults() const;    ///< order of the rooms, Qt in core, torch where it must not be
    std::vector<std::string> shapeFaults() const;      ///< too long, no #pragma once
    std::vector<std::string> registryFaults() const;   ///< id ≠ file stem

private:
    static std::vector<std::string> includesOf(const std::string &text);
    std::string includeFault(const std::string &file, const std::string &include) const;
    std::string reachedTorch(const std::string &file) const;   ///< the chain of includes to a torch header, or ""

    Files files_;
};

} // namespace concord::test
