#include "benchmark/support/process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "benchmark/support/check.hpp"
#include "benchmark/support/clock.hpp"

namespace push::bench {
namespace {

void die_with(pid_t parent) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
}

[[noreturn]] void become(const std::vector<std::string>& command, const std::string& directory,
                         const std::string& log) {
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::vector<char*> environment;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "GOTIFY_", 7) != 0) environment.push_back(*entry);
  }
  environment.push_back(nullptr);
  const int output = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0 || ::dup2(output, 1) < 0 || ::dup2(output, 2) < 0 || ::chdir(directory.c_str()) < 0) ::_exit(126);
  ::execve(arguments[0], arguments.data(), environment.data());
  std::perror(arguments[0]);
  ::_exit(127);
}

}  // namespace

Process Process::exec(const std::vector<std::string>& command, const std::string& directory, const std::string& log) {
  const pid_t parent = ::getpid();
  const pid_t child = must(::fork(), "fork");
  if (child == 0) {
    die_with(parent);
    become(command, directory, log);
  }
  return Process(child);
}

Process Process::run(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = must(::fork(), "fork");
  if (child != 0) return Process(child);
  die_with(parent);
  int status = 0;
  try {
    body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "push_bench child: %s\n", error.what());
    status = 1;
  }
  std::fflush(nullptr);
  ::_exit(status);
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  return *this;
}

Process::~Process() {
  kill_hard();
}

bool Process::running() {
  if (pid_ > 0 && ::waitpid(pid_, nullptr, WNOHANG) == pid_) pid_ = -1;
  return pid_ > 0;
}

void Process::kill_hard() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

void Process::terminate(double patience_seconds) {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGTERM);
  for (const Deadline deadline(patience_seconds); running();) {
    if (deadline.passed()) fail("the server did not end after SIGTERM");
    ::usleep(5'000);
  }
}

}  // namespace push::bench
