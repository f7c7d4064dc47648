#include "core/base/file.h"

#include "core/base/error.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <system_error>

namespace concord {

namespace {

std::string fileReason(int code)
{
    switch (code) {
    case EACCES:
    case EPERM:
        return "permission to do so, found none";
    case EROFS:
        return "a writable place, found a read-only one";
    case ENOSPC:
    case EDQUOT:
        return "room for it, found the disk full";
    case ENOENT:
        return "an existing file and folder, found none of that name";
    case ENOTDIR:
        return "a folder in front of the name, found a file";
    case EISDIR:
        return "a file, found a folder of that name";
    default:
        return std::string("success, found: ") + std::strerror(code);
    }
}

/// A file that is closed, and removed unless it was renamed, however the function ends.
class TemporaryFile
{
public:
    explicit TemporaryFile(const std::filesystem::path &target)
        : target_(target)
    {
        static std::atomic<unsigned> count = 0;
        do {
            name_ = fmt::format("{}.{}-{}.tmp", target.string(), ::getpid(), count++);
            descriptor_ = ::open(name_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
        } while (descriptor_ < 0 && errno == EEXIST);
        if (descriptor_ < 0)
            fail();
        // Who may read the file does not change by saving it; where that cannot be kept, the data still can.
        struct stat old;
        if (::stat(target.c_str(), &old) == 0)
            static_cast<void>(::fchmod(descriptor_, old.st_mode & 0777));
    }

    ~TemporaryFile()
    {
        if (descriptor_ >= 0)
            ::close(descriptor_);
        if (!renamed_)
            ::unlink(name_.c_str());
    }

    TemporaryFile(const TemporaryFile &) = delete;
    TemporaryFile &operator=(const TemporaryFile &) = delete;

    void write(std::string_view bytes)
    {
        while (!bytes.empty()) {
            const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
            if (written < 0 && errno == EINTR)
                continue;
            if (written < 0)
                fail();
            bytes.remove_prefix(std::size_t(written));
        }
        if (::fsync(descriptor_) != 0)
            fail();
    }

    void rename()
    {
        // Delayed errors of network file systems arrive with close.
        const int closed = ::close(descriptor_);
        descriptor_ = -1;
        if (closed != 0 || ::rename(name_.c_str(), target_.c_str()) != 0)
            fail();
        renamed_ = true;
    }

private:
    [[noreturn]] void fail() const
    {
        const int code = errno;
        throw Error("cannot write '{}': expected {}", target_.string(), fileReason(code));
    }

    std::filesystem::path target_;
    std::string name_;
    int descriptor_ = -1;
    bool renamed_ = false;
};

} // namespace

std::string readFile(const std::filesystem::path &file)
{
    const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        throw Error("cannot read '{}': expected {}", file.string(), fileReason(errno));
    std::string bytes;
    std::string piece(1 << 16, '\0');
    for (;;) {
        const ssize_t count = ::read(descriptor, piece.data(), piece.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0) {
            const int code = errno;
            ::close(descriptor);
            if (count < 0)
                throw Error("cannot read '{}': expected {}", file.string(), fileReason(code));
            return bytes;
        }
        bytes.append(piece, 0, std::size_t(count));
    }
}

void writeFileAtomically(const std::filesystem::path &file, std::string_view bytes)
{
    // A link keeps pointing at its file, which is the one that is replaced.
    std::error_code ignored;
    const std::filesystem::path canonical = std::filesystem::is_symlink(file, ignored) ? std::filesystem::weakly_canonical(file, ignored) : file;
    const std::filesystem::path target = canonical.empty() ? file : canonical;
    if (std::filesystem::is_directory(target, ignored))
        throw Error("cannot write '{}': expected {}", file.string(), fileReason(EISDIR));
    TemporaryFile temporary(target);
    temporary.write(bytes);
    temporary.rename();
    // Makes the new name itself survive a power cut; not every file system allows it, and the data are safe either way.
    const std::filesystem::path folder = target.parent_path();
    if (const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC); descriptor >= 0) {
        ::fsync(descriptor);
        ::close(descriptor);
    }
}

} // namespace concord
