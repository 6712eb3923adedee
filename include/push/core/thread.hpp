// A named thread with one way to end it. `top -H`, gdb and /proc/PID/task/*/comm show the name.
//
//   writer_(core::Thread("writer", [this](const std::stop_token& stop) { run(stop); }))
//
// The body ends by itself some time after stop.stop_requested(); it waits with core::Condition or sleep_for(), which a
// request to stop wakes. An exception that leaves the body ends the program.
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
  Thread& operator=(Thread&&) = default;  // stops what was there
  ~Thread() = default;                    // stop()

  // Asks the body to end and waits until it has. Idempotent; any thread but this one, several at once too.
  void stop();
  // The first half of stop(), for an owner of several. Any thread.
  void request_stop();
  // Any thread.
  bool stop_requested() const { return stop_.stop_requested(); }
  // Whether the caller runs on this thread.
  bool is_current() const { return std::this_thread::get_id() == id_; }
  // Waits for a body that ends without being asked. Idempotent. As stop().
  void join();

 private:
  struct Running {
    std::once_flag joined;
    std::jthread thread;
  };
  // Copies, because join() changes the thread's own while other threads ask.
  std::stop_token stop_;
  std::thread::id id_;
  std::unique_ptr<Running> running_;
};

// Blocks for `time`, or until a stop is requested. False: it was.
bool sleep_for(const std::stop_token& stop, SteadyTime::duration time);

}  // namespace push::core
