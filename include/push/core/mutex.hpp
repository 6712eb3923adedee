// std::mutex with clang's thread-safety annotations: a member marked PUSH_GUARDED_BY(mutex_) can be touched only with
// the lock held, and the clang build fails otherwise. Locks are leaves: no foreign code is called while one is held.
#pragma once
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <utility>

#if defined(__clang__)
#define PUSH_ANNOTATE(x) __attribute__((x))
#else
#define PUSH_ANNOTATE(x)
#endif
#define PUSH_CAPABILITY(x) PUSH_ANNOTATE(capability(x))
#define PUSH_SCOPED_CAPABILITY PUSH_ANNOTATE(scoped_lockable)
#define PUSH_GUARDED_BY(x) PUSH_ANNOTATE(guarded_by(x))
#define PUSH_REQUIRES(...) PUSH_ANNOTATE(requires_capability(__VA_ARGS__))
#define PUSH_ACQUIRE(...) PUSH_ANNOTATE(acquire_capability(__VA_ARGS__))
#define PUSH_RELEASE(...) PUSH_ANNOTATE(release_capability(__VA_ARGS__))
#define PUSH_NO_ANALYSIS PUSH_ANNOTATE(no_thread_safety_analysis)

namespace push::core {

class PUSH_CAPABILITY("mutex") Mutex {
 public:
  void lock() PUSH_ACQUIRE() { mutex_.lock(); }
  void unlock() PUSH_RELEASE() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

class PUSH_SCOPED_CAPABILITY Lock {
 public:
  explicit Lock(Mutex& mutex) PUSH_ACQUIRE(mutex) : mutex_(mutex) { mutex_.lock(); }
  ~Lock() PUSH_RELEASE() { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  Mutex& mutex_;
};

// Waits with a core::Mutex held. Write the predicate as a while loop around wait(), where the analysis can see the
// lock.
class Condition {
 public:
  void wait(Mutex& mutex) PUSH_REQUIRES(mutex) { condition_.wait(mutex); }
  // Like wait(), but also returns when a stop is requested; immediately if it already was.
  void wait(Mutex& mutex, const std::stop_token& stop) PUSH_REQUIRES(mutex) { condition_.wait(mutex, stop, Once{}); }
  template <class Duration>
  void wait_for(Mutex& mutex, const std::stop_token& stop, const Duration& timeout) PUSH_REQUIRES(mutex) {
    condition_.wait_for(mutex, stop, timeout, Once{});
  }
  void notify_one() { condition_.notify_one(); }
  void notify_all() { condition_.notify_all(); }

 private:
  // std::condition_variable_any takes a stop_token only together with a predicate; this one ends after a single wait.
  struct Once {
    bool operator()() { return std::exchange(waited, true); }
    bool waited = false;
  };
  std::condition_variable_any condition_;
};

}  // namespace push::core
