#pragma once

#include "core/base/error.h"
#include "core/store/project_file.h"
#include "core/store/run_store.h"

#include <SQLiteCpp/SQLiteCpp.h>

#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace concord {

/// A prepared statement in use. Resets it at the end, because a statement left open holds its snapshot of the database.
class Query
{
  public:
    template<class... Values>
    explicit Query(SQLite::Statement &statement, const Values &...values)
        : statement_(statement)
    {
        int index = 0;
        (bind(++index, values), ...);
    }
    ~Query() { statement_.tryReset(); }
    Query(const Query &) = delete;

    bool next() { return statement_.executeStep(); }
    /// For statements without rows; returns how many rows were changed.
    int run() { return statement_.exec(); }

    bool isNull(int column) const { return statement_.isColumnNull(column); }
    std::int64_t integer(int column) const { return statement_.getColumn(column).getInt64(); }
    std::string text(int column) const { return statement_.getColumn(column).getString(); }
    /// SQLite keeps NaN as NULL.
    double real(int column) const
    {
        const SQLite::Column value = statement_.getColumn(column);
        return value.isNull() ? std::numeric_limits<double>::quiet_NaN() : value.getDouble();
    }
    template<class T>
    std::vector<T> values(int column) const
    {
        const SQLite::Column value = statement_.getColumn(column);
        const void *data = value.getBlob();
        std::vector<T> result(std::size_t(value.getBytes()) / sizeof(T));
        if (!result.empty())
            std::memcpy(result.data(), data, result.size() * sizeof(T));
        return result;
    }

  private:
    void bind(int index, std::int64_t value) { statement_.bind(index, value); }
    void bind(int index, int value) { statement_.bind(index, value); }
    void bind(int index, double value) { statement_.bind(index, value); }
    void bind(int index, const std::string &value) { statement_.bind(index, value); }
    template<class T>
    void bind(int index, const std::vector<T> &values)
    {
        statement_.bindNoCopy(index, values.empty() ? static_cast<const void *>("") : values.data(), int(values.size() * sizeof(T)));
    }

    SQLite::Statement &statement_;
};

class RunStore::Impl
{
  public:
    Impl(std::filesystem::path path, Mode openMode)
        : file(std::move(path))
        , mode(openMode)
        , database(openProject(file, mode))
    {
    }

    /// `sql` is a literal: its address is the key under which the statement stays prepared.
    template<class... Values>
    Query query(const char *sql, const Values &...values)
    {
        auto &statement = statements_[sql];
        if (!statement)
            statement = std::make_unique<SQLite::Statement>(database, sql);
        return Query(*statement, values...);
    }

    /// Reads, with SQLite's failures as sentences.
    template<class Work>
    auto read(Work &&work)
    {
        errno = 0; // projectError looks at it
        try {
            return work();
        } catch (const SQLite::Exception &failure) {
            throw projectError(file, failure, database.getHandle());
        }
    }

    /// One transaction: all of `work` or nothing. It takes the write lock at once, since a reader that becomes a writer half-way
    /// is refused, without waiting, when another process wrote in between.
    template<class Work>
    auto write(Work &&work)
    {
        if (mode == Mode::read)
            throw Error("{}: cannot be written: it was opened for reading", file.string());
        return read([&] {
            database.exec("BEGIN IMMEDIATE");
            try {
                if constexpr (std::is_void_v<decltype(work())>) {
                    work();
                    database.exec("COMMIT");
                } else {
                    auto result = work();
                    database.exec("COMMIT");
                    return result;
                }
            } catch (...) {
                database.tryExec("ROLLBACK");
                seriesIds_.clear(); // some may have been made by what is now undone
                blockIds_.clear();
                probeIds_.clear();
                throw;
            }
        });
    }

    [[noreturn]] void throwNoSuchRun(int number);
    void requireRun(int number);
    RunSummary summaryOf(const Query &row);

    void put(int number, const ScalarEvent &event);
    void put(int number, const GramianEvent &event);
    void put(int number, const PredictionEvent &event);
    void put(int number, const ProbeEvent &event);
    void put(int number, const StateEvent &event);
    void put(int number, const LogEvent &event);
    void put(int number, const CheckpointEvent &event);
    void markProcess(int number);

    std::int64_t frontId(const std::string &name);   ///< 0 where there is none
    void clearFront(std::int64_t id);
    Front frontOf(const Query &row);

    const std::filesystem::path file;
    const Mode mode;
    SQLite::Database database;

  private:
    using Ids = std::unordered_map<std::string, std::int64_t>;

    std::unordered_map<const char *, std::unique_ptr<SQLite::Statement>> statements_;
    std::unordered_map<int, Ids> seriesIds_; ///< by run, then name
    std::unordered_map<int, Ids> blockIds_;
    std::unordered_map<int, Ids> probeIds_;
};

} // namespace concord
