// A named thread with one way to stop it. `top -H`, gdb and /proc/PID/task/*/comm show the name.
//
//   writer_(core::Thread("writer", [this](const std::stop_token& stop) { run(stop); }))
//
// The body must return soon after stop.stop_requested(); it waits with core::Condition or sleep_for(), which a stop
// request wakes. An exception that escapes the body terminates the program.
#pragma once
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>

#include "push/core/callback.hpp"
#include "push/core/clock.hpp"

namespace push::core {

class Thread {
 public:
  using Body = Callback<void(const std::stop_token&)>;
  static constexpr std::size_t kMaxName = 15;  // bytes; the kernel keeps no more

  Thread() = default;  // no thread
  Thread(std::string name, Body body);
  Thread(Thread&&) = default;
  Thread& operator=(Thread&&) = default;  // stops the thread it held
  ~Thread() = default;                    // stop()

  // Requests a stop and joins. Idempotent; any thread except this one, even several at once.
  void stop();
  // The first half of stop(), for an owner of several. Any thread.
  void request_stop();
  // Any thread.
  bool stop_requested() const { return stop_.stop_requested(); }
  // Whether the caller runs on this thread.
  bool is_current() const { return std::this_thread::get_id() == id_; }
  // Waits for a body that returns without a stop request. Idempotent; threads as for stop().
  void join();

 private:
  struct Running {
    std::once_flag joined;
    std::jthread thread;
  };
  // Copies, because join() modifies the thread's own while other threads read them.
  std::stop_token stop_;
  std::thread::id id_;
  std::unique_ptr<Running> running_;
};

// Blocks for `time`, or until a stop is requested; then returns false.
bool sleep_for(const std::stop_token& stop, SteadyTime::duration time);

}  // namespace push::core
