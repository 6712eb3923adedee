// A child process with its output in files. It dies with the thread that started it.
#pragma once
#include <sys/types.h>

#include <csignal>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace push::support {

using Settings = std::map<std::string, std::string>;  // environment variables

struct Command {
  std::vector<std::string> words;  // words[0]: the path of the program
  Settings environment;            // added to ours, from which GOTIFY_..., HOME and XDG_CONFIG_HOME are removed
  std::string directory;
  std::string out;
  std::string err;                  // may be the same file as out
  std::uint64_t file_size_limit{};  // RLIMIT_FSIZE in bytes, 0 = none; writing beyond fails with EFBIG
  uid_t user{};                     // and group, 0 = ours
  gid_t group{};
  int signal_of_orphans = SIGKILL;  // what it gets when the thread ends that started it
};

class Process {
 public:
  Process() = default;
  explicit Process(const Command& command);
  // Runs `body` in a forked child, which then exits; an exception is printed and becomes exit code 1.
  static Process fork(const std::function<void()>& body);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // kill -9

  pid_t id() const { return id_; }
  bool running();
  void signal(int number);
  void kill_hard();  // SIGKILL, and waits for the end; no effect if it has ended already
  // Waits for its end and returns the exit code, or minus the signal that killed it.
  int wait();

 private:
  explicit Process(pid_t id) : id_(id) {}
  void reap(int status);

  pid_t id_ = -1;
  int code_ = 0;
};

std::string read_text(const std::string& path);

struct Completed {
  int code = 0;
  std::string out;
  std::string err;
};
// Runs the program under test (PUSH_PROGRAM) with these arguments until it exits.
Completed run_program(const std::vector<std::string>& arguments, const Settings& environment,
                      const std::string& directory);
std::string program_path();

// A temporary directory, removed with everything in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory();  // in the system's temporary directory
  explicit TemporaryDirectory(const std::string& parent);
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace push::support
