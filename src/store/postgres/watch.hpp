// Asks the database twice a second whether it is there and takes writes, on a thread and a connection of its own.
#pragma once
#include <optional>

#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "push/core/thread.hpp"
#include "store/postgres/connection.hpp"

namespace push::store::postgres {

class Watch {
 public:
  explicit Watch(ConnectionString where);
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // Any thread, never blocks. unavailable: what is wrong.
  core::Result<void> state() const;

 private:
  void run(const std::stop_token& stop);
  core::Result<void> look();
  void note(core::Result<void> state);

  const ConnectionString where_;
  std::optional<Connection> connection_;  // the thread's
  mutable core::Mutex mutex_;
  core::Result<void> state_ PUSH_GUARDED_BY(mutex_);
  core::Thread thread_;
};

}  // namespace push::store::postgres
