#include "core/store/project_file.h"

#include "core/store/migration.h"

#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cctype>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <optional>
#include <unistd.h>

namespace fs = std::filesystem;

namespace concord {

namespace {

fs::path besideProject(const fs::path &file, const char *ending)
{
    fs::path result = file;
    result += ending;
    return result;
}

bool hasBytes(const fs::path &file)
{
    std::error_code error;
    const auto size = fs::file_size(file, error);
    return !error && size > 0;
}

/// Changes wait beside the file, so that its own bytes are not the last word about it.
bool hasPendingChanges(const fs::path &file)
{
    return hasBytes(besideProject(file, "-wal")) || hasBytes(besideProject(file, "-journal"));
}

/// The fields of https://www.sqlite.org/fileformat.html#the_database_header that decide whether we may go near the file.
/// They are read through SQLite's own descriptor: closing another one of the same file would drop the locks of every connection
/// that this process has to it (https://www.sqlite.org/howtocorrupt.html, section 2.2).
class ProjectHeader
{
  public:
    ProjectHeader(const fs::path &file, SQLite::Database &database)
    {
        sqlite3_file *handle = nullptr;
        sqlite3_file_control(database.getHandle(), "main", SQLITE_FCNTL_FILE_POINTER, &handle);
        sqlite3_int64 size = 0;
        if (!handle || !handle->pMethods || handle->pMethods->xFileSize(handle, &size) != SQLITE_OK)
            throw Error("{}: cannot be read", file.string());
        size_ = std::uint64_t(size);
        const std::size_t count = std::min<std::size_t>(bytes_.size(), size_);
        if (count == 0)
            throw Error("{}: expected a Concord project, found an empty file", file.string());
        if (handle->pMethods->xRead(handle, bytes_.data(), int(count), 0) != SQLITE_OK)
            throw Error("{}: cannot be read: {}", file.string(), std::strerror(errno));
        static constexpr char magic[] = "SQLite format 3";
        if (std::memcmp(bytes_.data(), magic, std::min(count, sizeof(magic))) != 0)
            throw Error("{}: expected a Concord project, found a file that is not a database", file.string());
        if (count < bytes_.size())
            throw Error("{}: the file is truncated: expected at least {} bytes, found {}", file.string(), bytes_.size(), count);
    }

    std::uint64_t size() const { return size_; }
    std::uint64_t pageSize() const { return bytes_[16] == 0 && bytes_[17] == 1 ? 65536 : bytes_[16] * 256u + bytes_[17]; }
    std::int64_t version() const { return number(60); }
    std::int64_t applicationId() const { return number(68); }
    /// 0 when a very old SQLite wrote last, which does not keep the count.
    std::uint64_t pages() const { return number(24) == number(92) ? number(28) : 0; }

  private:
    std::uint32_t number(std::size_t at) const
    {
        return std::uint32_t(bytes_[at]) << 24 | std::uint32_t(bytes_[at + 1]) << 16 | std::uint32_t(bytes_[at + 2]) << 8 | bytes_[at + 3];
    }

    std::uint64_t size_ = 0;
    std::array<std::uint8_t, 100> bytes_ = {};
};

void checkIdentity(const fs::path &file, std::int64_t applicationId, std::int64_t version)
{
    if (applicationId != projectApplicationId)
        throw Error("{}: expected a Concord project, found a database of another program", file.string());
    const auto newest = std::int64_t(projectMigrations().size());
    if (version > newest)
        throw Error("{}: the project was written by a newer Concord: expected format {} at most, found {}", file.string(), newest, version);
}

void checkHeader(const fs::path &file, const fs::path &real, SQLite::Database &database)
{
    const bool isPending = hasPendingChanges(real);
    const ProjectHeader header(file, database);
    if (isPending)
        return;
    if (!std::has_single_bit(header.pageSize()) || header.pageSize() < 512)
        throw Error("{}: the file is damaged: expected a page size from 512 to 65536, found {}", file.string(), header.pageSize());
    checkIdentity(file, header.applicationId(), header.version());
    // Pending changes that have come since we looked mean that a live process is moving pages about, not that any are missing.
    const std::uint64_t expected = header.pages() * header.pageSize();
    if (expected > header.size() && !hasPendingChanges(real))
        throw Error("{}: the file is truncated: expected {} bytes, found {}", file.string(), expected, header.size());
}

void requireWritable(const fs::path &file, const fs::path &real, const char *what)
{
    if (faccessat(AT_FDCWD, real.c_str(), W_OK, AT_EACCESS) != 0)
        throw Error("{}: cannot be written: the {} is read-only ({})", file.string(), what, std::strerror(errno));
}

/// Opens a file that nothing is known of. It is not changed by that; nothing is moved from a log into it on closing either, before
/// we know that it is ours. Nothing in it is trusted: its schema calls no functions and cannot be written, its cells are checked.
SQLite::Database connectUntrusted(const fs::path &file, const fs::path &real, const std::string &name, int flags)
{
    SQLite::Database database(name, flags | SQLite::OPEN_NOMUTEX, projectBusySeconds * 1000);
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    checkHeader(file, real, database);
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    database.exec("PRAGMA trusted_schema = OFF");
    database.exec("PRAGMA cell_size_check = ON");
    return database;
}

void makeProject(const fs::path &file, const fs::path &real)
{
    requireWritable(file, real.parent_path(), "folder");
    static std::atomic<int> count = 0;
    const fs::path fresh = real.parent_path() / fmt::format(".{}.{}.{}.new", real.filename().string(), getpid(), ++count);
    const auto removeFresh = [&fresh] {
        std::error_code ignored;
        for (const char *ending : {"", "-journal", "-wal", "-shm"})
            fs::remove(besideProject(fresh, ending), ignored);
    };
    std::optional<SQLite::Database> database;
    errno = 0;
    try {
        database.emplace(fresh.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE | SQLite::OPEN_NOMUTEX);
        migrate(*database, projectMigrations());
        database->execAndGet("PRAGMA journal_mode = WAL"); // last, so that nothing waits in a log when the file moves
        database.reset();
    } catch (const SQLite::Exception &failure) {
        const Error error = projectError(file, failure, database ? database->getHandle() : nullptr);
        database.reset();
        removeFresh();
        throw error;
    }
    if (renameat2(AT_FDCWD, fresh.c_str(), AT_FDCWD, real.c_str(), RENAME_NOREPLACE) == 0)
        return;
    // Some file systems cannot refuse to replace. When another process made the project meanwhile, theirs is as good as ours.
    int reason = errno;
    if (reason == EINVAL && !fs::exists(real))
        reason = std::rename(fresh.c_str(), real.c_str()) == 0 ? 0 : errno;
    removeFresh();
    if (reason != 0 && reason != EEXIST && !fs::exists(real))
        throw Error("{}: cannot be created: {}", file.string(), std::strerror(reason));
}

/// A path as SQLite's URI, in which ?, # and % have a meaning.
std::string immutableUri(const fs::path &real)
{
    std::string uri = "file:";
    for (const unsigned char c : real.string())
        uri += std::isalnum(c) || std::strchr("/._-", c) ? std::string(1, char(c)) : fmt::format("%{:02x}", int(c));
    return uri + "?immutable=1";
}

SQLite::Database connectForReading(const fs::path &file, const fs::path &real)
{
    SQLite::Database database = connectUntrusted(file, real, real.string(), SQLite::OPEN_READONLY);
    try {
        database.execAndGet("SELECT count(*) FROM sqlite_master");
        return database;
    } catch (const SQLite::Exception &failure) {
        const int code = failure.getErrorCode() & 0xff;
        if (code != SQLITE_CANTOPEN && code != SQLITE_READONLY)
            throw;
    }
    // WAL needs two more files, which a read-only folder does not allow. Without them nobody is writing, and the file alone will do.
    if (hasPendingChanges(real))
        throw Error("{0}: its last changes are in {0}-wal, which cannot be used in a read-only folder: copy both to a folder that can be written",
                    file.string());
    return connectUntrusted(file, real, immutableUri(real), SQLite::OPEN_READONLY | SQLite::OPEN_URI);
}

/// Durability: with WAL and synchronous = NORMAL a commit is a write to the log without fsync. The kernel has the bytes then, so a
/// killed process loses nothing that it committed; only a power cut can take the last commits, and even that leaves the file whole.
void prepareForWriting(SQLite::Database &database)
{
    if (database.execAndGet("PRAGMA journal_mode").getString() != "wal")
        database.execAndGet("PRAGMA journal_mode = WAL"); // a file system without shared memory keeps its journal, which is safe too
    if (database.execAndGet("PRAGMA user_version").getInt64() < std::int64_t(projectMigrations().size()))
        migrate(database, projectMigrations());
    database.exec("PRAGMA synchronous = NORMAL");
    database.exec("PRAGMA foreign_keys = ON");
    database.exec("PRAGMA secure_delete = OFF");
    database.exec("PRAGMA journal_size_limit = 67108864");
    sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

SQLite::Database connect(const fs::path &file, const fs::path &real, RunStore::Mode mode)
{
    const bool isReading = mode == RunStore::Mode::read;
    SQLite::Database database = isReading ? connectForReading(file, real) : connectUntrusted(file, real, real.string(), SQLite::OPEN_READWRITE);
    checkIdentity(file, database.execAndGet("PRAGMA application_id").getInt64(), database.execAndGet("PRAGMA user_version").getInt64());
    if (database.execAndGet("SELECT count(*) FROM sqlite_master WHERE type IN ('trigger', 'view')").getInt() != 0)
        throw Error("{}: the file is damaged: expected plain tables, found triggers or views", file.string());
    if (!isReading) {
        prepareForWriting(database);
    } else if (database.execAndGet("PRAGMA user_version").getInt64() < std::int64_t(projectMigrations().size())) {
        requireWritable(file, real, "file");
        connect(file, real, RunStore::Mode::write); // brings the tables up to date
    }
    return database;
}

} // namespace

SQLite::Database openProject(const fs::path &file, RunStore::Mode mode)
{
    std::error_code error;
    fs::path real = fs::weakly_canonical(fs::absolute(file), error);
    if (error)
        real = fs::absolute(file).lexically_normal();
    const fs::file_status status = fs::status(real, error);
    if (status.type() == fs::file_type::none)
        throw Error("{}: cannot be read: {}", file.string(), error.message());
    if (!fs::exists(status)) {
        if (!fs::is_directory(real.parent_path(), error))
            throw Error("{}: expected a folder '{}', found none", file.string(), real.parent_path().string());
        if (mode != RunStore::Mode::create)
            throw Error("{}: expected a Concord project, found no such file", file.string());
        makeProject(file, real);
    } else if (!fs::is_regular_file(status)) {
        throw Error("{}: expected a Concord project, found {}", file.string(), fs::is_directory(status) ? "a folder" : "something that is not a file");
    }
    if (faccessat(AT_FDCWD, real.c_str(), R_OK, AT_EACCESS) != 0)
        throw Error("{}: cannot be read: {}", file.string(), std::strerror(errno));
    if (mode != RunStore::Mode::read) {
        requireWritable(file, real, "file");
        requireWritable(file, real.parent_path(), "folder");
    }
    try {
        return connect(file, real, mode);
    } catch (const SQLite::Exception &failure) {
        throw projectError(file, failure, nullptr);
    }
}

Error projectError(const fs::path &file, const SQLite::Exception &failure, sqlite3 *handle)
{
    const int lastErrno = errno;
    const int code = failure.getErrorCode() & 0xff;
    const bool isFromSystem = code == SQLITE_IOERR || code == SQLITE_CANTOPEN;
    int reason = handle && isFromSystem ? sqlite3_system_errno(handle) : 0;
    // A write that fails during COMMIT leaves that number at 0 (seen with 3.40), so look at errno for what a full disk can say.
    if (isFromSystem && reason == 0 && (lastErrno == ENOSPC || lastErrno == EDQUOT || lastErrno == EFBIG))
        reason = lastErrno;
    if (code == SQLITE_FULL || reason == ENOSPC || reason == EDQUOT || reason == EFBIG)
        return Error("the disk is full: {} cannot grow{}; make room, then go on from the last checkpoint", file.string(),
                     reason == 0 ? "" : fmt::format(" ({})", std::strerror(reason)));
    switch (code) {
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
        return Error("{}: cannot be written: the file or its folder is read-only", file.string());
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Error("{}: another program has been writing to it for more than {} seconds", file.string(), projectBusySeconds);
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
        return Error("{}: cannot be read or written: {}", file.string(), reason == 0 ? failure.what() : std::strerror(reason));
    default:
        return Error("{}: the file is damaged: {}", file.string(), failure.what());
    }
}

} // namespace concord
