#include "push/core/check.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "core/patient_write.hpp"
#include "push/core/clock.hpp"
#include "push/core/log.hpp"
#include "push/core/result.hpp"

namespace push::core {
namespace {

// What was logged before comes out first. Neither waits longer than this for a reader that has stopped.
constexpr std::chrono::milliseconds kLastWords{500};

// No allocation, because memory may be what is missing.
template <typename... Values>
[[noreturn]] void die(const char* format, const Values&... values) {
  char line[1024];
  const int size = std::snprintf(line, sizeof line, format, values...);
  flush_log(kLastWords);
  const SteadyTime end = steady_now() + kLastWords;
  if (size > 0) {
    const std::size_t shown = std::min(static_cast<std::size_t>(size), sizeof line - 1);
    patient_write(STDERR_FILENO, {line, shown}, [end] { return steady_now() >= end; });
  }
  std::abort();
}

}  // namespace

void check_failed(const char* expression, const char* file, int line) {
  die("sharded-gotify: broken invariant: %s at %s:%d\n", expression, file, line);
}

void terminated() {
  const std::exception_ptr escaped = std::current_exception();
  if (escaped == nullptr) die("sharded-gotify: terminated%s\n", "");
  try {
    std::rethrow_exception(escaped);
  } catch (const std::exception& error) {
    die("sharded-gotify: uncaught exception: %s\n", error.what());
  } catch (...) {
    die("sharded-gotify: uncaught exception%s\n", "");
  }
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  die("sharded-gotify: unhandled error: %s at %s:%u\n", error.text.c_str(), where.file_name(),
      static_cast<unsigned>(where.line()));
}

}  // namespace push::core
