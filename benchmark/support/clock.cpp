#include "benchmark/support/clock.hpp"

#include <time.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "benchmark/support/check.hpp"

namespace push::bench {
namespace {

std::int64_t read(clockid_t clock) {
  timespec now{};
  must(::clock_gettime(clock, &now), "clock_gettime");
  return static_cast<std::int64_t>(now.tv_sec) * 1'000'000'000 + now.tv_nsec;
}

}  // namespace

std::int64_t monotonic_ns() {
  return read(CLOCK_MONOTONIC);
}

std::int64_t cpu_ns(pid_t process) {
  clockid_t clock{};
  if (const int error = ::clock_getcpuclockid(process, &clock); error != 0) {
    errno = error;
    fail_errno("clock_getcpuclockid");
  }
  return read(clock);
}

std::vector<std::int64_t> thread_cpu_ns(pid_t process, const std::string& name) {
  std::vector<std::int64_t> result;
  for (const auto& task : std::filesystem::directory_iterator("/proc/" + std::to_string(process) + "/task")) {
    std::string comm;
    std::getline(std::ifstream(task.path() / "comm"), comm);
    if (!comm.starts_with(name)) continue;
    std::int64_t time = 0;
    if (!(std::ifstream(task.path() / "schedstat") >> time)) fail(task.path().string() + "/schedstat: no time");
    result.push_back(time);
  }
  return result;
}

}  // namespace push::bench
