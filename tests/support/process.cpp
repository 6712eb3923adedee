#include "support/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <utility>

#include "support/transcript.hpp"
#include "support/wait.hpp"

namespace push::support {
namespace {

std::vector<std::string> environment_for(const Settings& settings) {
  std::vector<std::string> all;
  for (char** entry = ::environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    // Where Gotify would look for its dotenv file.
    const bool places = name == "HOME" || name == "XDG_CONFIG_HOME";
    if (!places && !name.starts_with("GOTIFY_") && !settings.contains(name)) all.emplace_back(*entry);
  }
  for (const auto& [name, value] : settings) all.push_back(name + "=" + value);
  return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& words) {
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  return pointers;
}

bool redirect(const std::string& file, int descriptor) {
  const int opened = ::open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
  return opened >= 0 && ::dup2(opened, descriptor) >= 0;
}

bool limit_files(std::uint64_t bytes) {
  if (bytes == 0) return true;
  ::signal(SIGXFSZ, SIG_IGN);  // inherited: the write fails instead
  const rlimit limit{bytes, RLIM_INFINITY};
  return ::setrlimit(RLIMIT_FSIZE, &limit) == 0;
}

bool become(uid_t user, gid_t group) {
  if (user == 0 || user == ::geteuid()) return true;
  return ::setgroups(0, nullptr) == 0 && ::setresgid(group, group, group) == 0 && ::setresuid(user, user, user) == 0;
}

}  // namespace

Process::Process(const Command& command) {
  std::vector<std::string> words = command.words;
  std::vector<std::string> environment = environment_for(command.environment);
  const std::vector<char*> argv = pointers_to(words);
  const std::vector<char*> envp = pointers_to(environment);
  const pid_t parent = ::getpid();
  id_ = ::fork();
  if (id_ < 0) throw Failure("fork failed");
  if (id_ > 0) return;
  // Between fork and exec: system calls only.
  if (!redirect(command.out, 1) || !redirect(command.err, 2) || ::chdir(command.directory.c_str()) != 0 ||
      !limit_files(command.file_size_limit) || !become(command.user, command.group)) {
    ::_exit(126);
  }
  ::prctl(PR_SET_PDEATHSIG, command.signal_of_orphans);  // a change of the user resets it
  if (::getppid() != parent) ::_exit(126);
  ::execve(argv[0], argv.data(), envp.data());
  ::_exit(127);
}

Process Process::fork(const std::function<void()>& body) {
  std::fflush(nullptr);
  const pid_t parent = ::getpid();
  const pid_t child = ::fork();
  if (child < 0) throw Failure("fork failed");
  if (child > 0) return Process(child);
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(1);
  int code = 0;
  try {
    body();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child process: %s\n", error.what());
    code = 1;
  }
  std::fflush(nullptr);
  ::_exit(code);
}

Process::Process(Process&& other) noexcept : id_(std::exchange(other.id_, -1)), code_(other.code_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(id_, other.id_);
  std::swap(code_, other.code_);
  return *this;
}

Process::~Process() {
  kill_hard();
}

void Process::reap(int status) {
  id_ = -1;
  code_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

bool Process::running() {
  int status = 0;
  if (id_ > 0 && ::waitpid(id_, &status, WNOHANG) == id_) reap(status);
  return id_ > 0;
}

void Process::signal(int number) {
  if (id_ <= 0) throw Failure("the process has ended already");
  ::kill(id_, number);
}

void Process::kill_hard() {
  if (id_ <= 0) return;
  ::kill(id_, SIGKILL);
  int status = 0;
  ::waitpid(id_, &status, 0);
  reap(status);
}

int Process::wait() {
  if (!eventually([this] { return !running(); })) throw Failure("the process did not end in time");
  return code_;
}

std::string read_text(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::string program_path() {
  const char* path = std::getenv("PUSH_PROGRAM");
  if (path == nullptr) throw Failure("PUSH_PROGRAM names the program under test; ctest sets it");
  return path;
}

Completed run_program(const std::vector<std::string>& arguments, const Settings& environment,
                      const std::string& directory) {
  const TemporaryDirectory output;
  Command command{{program_path()}, environment, directory, output.file("out"), output.file("err"), 0};
  command.words.insert(command.words.end(), arguments.begin(), arguments.end());
  Process process(command);
  Completed completed{process.wait(), read_text(command.out), read_text(command.err)};
  keep_log(completed.out + completed.err);
  return completed;
}

TemporaryDirectory::TemporaryDirectory() : TemporaryDirectory(std::filesystem::temp_directory_path().string()) {}

TemporaryDirectory::TemporaryDirectory(const std::string& parent) : path_(parent + "/push-XXXXXX") {
  if (::mkdtemp(path_.data()) == nullptr) throw Failure("cannot create " + path_);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace push::support
