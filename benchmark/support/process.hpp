// A child process: either another program or a function of ours. It dies with the benchmark.
#pragma once
#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

namespace push::bench {

class Process {
 public:
  Process() = default;
  // Runs another program without any GOTIFY_ variable of ours; its output goes to `log`.
  static Process exec(const std::vector<std::string>& command, const std::string& directory, const std::string& log);
  // Runs `body` in a fork and ends with it; a Failure is printed and becomes exit status 1.
  static Process run(const std::function<void()>& body);

  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();  // kills

  pid_t pid() const { return pid_; }
  bool running();
  void kill_hard();                         // SIGKILL, and waits for the end
  void terminate(double patience_seconds);  // SIGTERM; fails if it has not ended in time

 private:
  explicit Process(pid_t pid) : pid_(pid) {}
  pid_t pid_ = -1;
};

}  // namespace push::bench
