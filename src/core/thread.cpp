#include "push/core/thread.hpp"

#include <pthread.h>

#include <condition_variable>
#include <mutex>
#include <utility>

#include "push/core/check.hpp"

namespace push::core {

Thread::Thread(std::string name, Body body) : running_(std::make_unique<Running>()) {
  PUSH_CHECK(!name.empty() && name.size() <= kMaxName);
  running_->thread =
      std::jthread([name = std::move(name), body = std::move(body)](const std::stop_token& stop) mutable {
        ::pthread_setname_np(::pthread_self(), name.c_str());
        body(stop);
      });
  stop_ = running_->thread.get_stop_token();
  id_ = running_->thread.get_id();
}

void Thread::request_stop() {
  if (running_ != nullptr) running_->thread.request_stop();
}

void Thread::stop() {
  request_stop();
  join();
}

void Thread::join() {
  PUSH_CHECK(!is_current());
  if (running_ != nullptr) std::call_once(running_->joined, [this] { running_->thread.join(); });
}

bool sleep_for(const std::stop_token& stop, SteadyTime::duration time) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  return !wake.wait_for(lock, stop, time, [&stop] { return stop.stop_requested(); });
}

}  // namespace push::core
