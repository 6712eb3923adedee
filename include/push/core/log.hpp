// The one global: spdlog's default logger. Human-readable lines on standard output, as in Gotify.
// Never log a token, a password or a cookie: mask_secrets() for targets, Principal ids for people.
#pragma once
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>

namespace push::core {

// From its construction to its end, spdlog's default logger puts lines into a bounded queue, from which a thread writes
// them. A thread that logs never waits for the reader: while the queue is full, the oldest line is dropped and counted.
// Once the reader is back, a line says how many are missing. Constructed before other threads and destroyed after them.
class Log {
 public:
  static constexpr std::size_t kQueue = 4096;    // lines; about 1.6 MB, at most 16 MB
  static constexpr std::size_t kMaxLine = 4096;  // bytes after time and level; the rest of a line is cut
  // How long the destructor waits for a reader that does not read. Afterwards the rest of the queue is dropped.
  static constexpr std::chrono::milliseconds kFarewell{1000};

  // level: trace debug info warn error fatal panic disabled (Gotify's words); any other is a programming error.
  // colours: if `descriptor` is a terminal. `descriptor` is open as long as the log.
  Log(std::string_view level, bool colours, int descriptor);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;
  ~Log();

  // Lines that were not written, since the start. Any thread.
  std::uint64_t dropped() const;

  // Whether all that was logged so far is written. Waits for that at most `time`. Any thread.
  bool flush(std::chrono::milliseconds time);

 private:
  class Intake;
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

// Log::flush() of the one that exists, if any: for the last moments of a program that is about to abort.
void flush_log(std::chrono::milliseconds time);

}  // namespace push::core
