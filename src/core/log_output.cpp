#include "core/log_output.hpp"

#include <chrono>
#include <utility>

#include "core/patient_write.hpp"

namespace push::core {

void LogOutput::sink_it_(const spdlog::details::log_msg& message) {
  // In the place of the missing lines, because what is dropped is older than what is taken next. A reader that is
  // merely too slow is told once per second.
  if (const SteadyTime now = steady_now(); now >= next_told_) tell_what_is_missing(now);
  if (!print(message)) count_failure();
  if (queue_.queue_size() == 0) tell_what_is_missing(steady_now());
  taken_.fetch_add(1, std::memory_order_release);
}

void LogOutput::tell_what_is_missing(SteadyTime now) {
  const std::uint64_t missing = dropped();
  if (missing == told_) return;
  const std::string text = "log lines missing dropped=" + std::to_string(missing - told_);
  if (!print({spdlog::string_view_t{}, spdlog::level::warn, text})) return;
  told_ = missing;
  next_told_ = now + std::chrono::seconds(1);
}

bool LogOutput::print(const spdlog::details::log_msg& message) {
  spdlog::memory_buf_t line;
  formatter_->format(message, line);
  return patient_write(descriptor_, {line.data(), line.size()}, [this] { return gave_up(); });
}

bool LogOutput::gave_up() const {
  return steady_now().time_since_epoch().count() >= give_up_at_.load(std::memory_order_relaxed);
}

}  // namespace push::core
