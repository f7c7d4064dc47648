#pragma once

#include <exception>
#include <functional>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace concord::test {

/// A child made by fork(), which ends without running any of the test program's own clean-up.
class Forked
{
  public:
    /// `work` gets the write end of a pipe.
    explicit Forked(const std::function<void(int)> &work)
    {
        int ends[2] = {-1, -1};
        if (pipe(ends) != 0)
            return;
        pid = fork();
        if (pid == 0) {
            close(ends[0]);
            work(ends[1]);
            _exit(0);
        }
        close(ends[1]);
        output = ends[0];
    }
    ~Forked()
    {
        if (output >= 0)
            close(output);
    }
    Forked(const Forked &) = delete;

    std::string readAll() const
    {
        std::string text;
        char buffer[4096];
        for (ssize_t count; (count = read(output, buffer, sizeof(buffer))) > 0;)
            text.append(buffer, std::size_t(count));
        return text;
    }

    /// How the child ended, as waitpid() tells.
    int wait() const
    {
        int status = -1;
        waitpid(pid, &status, 0);
        return status;
    }

    pid_t pid = -1;
    int output = -1;
};

/// What `work` returns, or the message of what it throws, in a process that may spoil its own limits and rights.
inline std::string inChild(const std::function<std::string()> &work)
{
    const Forked child([&](int out) {
        std::string text;
        try {
            text = work();
        } catch (const std::exception &error) {
            text = error.what();
        }
        [[maybe_unused]] const ssize_t written = write(out, text.data(), text.size());
    });
    std::string text = child.readAll();
    const int status = child.wait();
    if (!WIFEXITED(status))
        text += " (the child ended by signal " + std::to_string(WTERMSIG(status)) + ")";
    return text;
}

/// The message of what `work` throws, or "".
inline std::string messageOf(const std::function<void()> &work)
{
    try {
        work();
    } catch (const std::exception &error) {
        return error.what();
    }
    return {};
}

} // namespace concord::test
