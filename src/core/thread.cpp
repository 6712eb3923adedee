#include "push/core/thread.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "push/core/check.hpp"

namespace push::core {

Thread::Thread(std::string name, Body body) {
  PUSH_CHECK(!name.empty() && name.size() <= kMaxName);
  thread_ = std::jthread([name = std::move(name), body = std::move(body)](const std::stop_token& stop) mutable {
    ::pthread_setname_np(::pthread_self(), name.c_str());
    body(stop);
  });
  id_ = thread_.get_id();
}

void Thread::stop() {
  request_stop();
  join();
}

void Thread::join() {
  PUSH_CHECK(!is_current());
  if (thread_.joinable()) thread_.join();
}

bool sleep_for(const std::stop_token& stop, SteadyTime::duration time) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  return !wake.wait_for(lock, stop, time, [&stop] { return stop.stop_requested(); });
}

}  // namespace push::core
