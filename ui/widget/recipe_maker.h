#pragma once

#include "core/graph/analysis.h"
#include "core/session/recipe.h"

#include <QObject>
#include <QThreadPool>

#include <atomic>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace concord {

/// A recipe that is to be laid out, for which data and tasks.
struct RecipeWish
{
    std::string recipe = {};
    ParamMap options = {};
    Node data = {};
    std::vector<std::string> tasks = {}; ///< empty: all
};

/// What came of a wish. Never throws: whatever goes wrong is a sentence.
struct RecipeDraft
{
    RecipeWish wish = {};
    std::string refusal = {};   ///< why it cannot be had so; empty when it can
    Experiment experiment = {}; ///< as wished; on an example's data when that is refused
    Analysis analysis = {};
    std::vector<TaskInfo> dataTasks = {}; ///< all that the data offer
    bool isExample = false;
};

RecipeDraft draftRecipe(const RecipeWish &wish);

struct RecipeCost
{
    std::int64_t parameters = 0;
    std::int64_t macs = 0;
    std::string refusal = {}; ///< the recipe does not go with these data and tasks
};

/// By recipe id.
using RecipeCosts = std::map<std::string, RecipeCost>;

/// Lays out recipes off the window's thread; of each kind the newest request wins.
class RecipeMaker : public QObject
{
    Q_OBJECT

public:
    explicit RecipeMaker(QObject *parent = nullptr);

    void draft(const RecipeWish &wish);
    /// All recipes with their default options.
    void countAll(const Node &data, const std::vector<std::string> &tasks);

Q_SIGNALS:
    void drafted(const std::shared_ptr<const concord::RecipeDraft> &draft);
    void counted(const concord::RecipeCosts &costs);

private:
    std::atomic<std::uint64_t> newestDraft_ = 0;
    std::atomic<std::uint64_t> newestCount_ = 0;
    QThreadPool counting_;
    QThreadPool drafting_; ///< last two: they wait for their threads before the rest goes
};

} // namespace concord
