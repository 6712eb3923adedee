// The far end of the log: writes lines to a descriptor, on the log's own thread.
#pragma once
#include <spdlog/async_logger.h>
#include <spdlog/details/thread_pool.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <cstdint>

#include "push/core/clock.hpp"

namespace push::core {

class LogOutput final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  // queue: where the lines come from; it outlives this, or does not call it any more.
  LogOutput(int descriptor, spdlog::details::thread_pool& queue) : descriptor_(descriptor), queue_(queue) {}

  // From then on, a line for which there is no room is dropped. Any thread.
  void give_up_at(SteadyTime time) { give_up_at_.store(time.time_since_epoch().count(), std::memory_order_relaxed); }
  // A line that did not even get here. Any thread.
  void count_failure() { failed_.fetch_add(1, std::memory_order_relaxed); }

  // Lines taken out of the queue, written or not. Any thread.
  std::uint64_t taken() const { return taken_.load(std::memory_order_acquire); }
  std::uint64_t dropped() const { return queue_.overrun_counter() + failed_.load(std::memory_order_relaxed); }

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

  void tell_what_is_missing(SteadyTime now);
  bool print(const spdlog::details::log_msg& message);
  bool gave_up() const;

  const int descriptor_;
  spdlog::details::thread_pool& queue_;
  std::atomic<SteadyTime::rep> give_up_at_{SteadyTime::max().time_since_epoch().count()};
  std::atomic<std::uint64_t> taken_{0};
  std::atomic<std::uint64_t> failed_{0};
  std::uint64_t told_ = 0;
  SteadyTime next_told_{};
};

}  // namespace push::core
