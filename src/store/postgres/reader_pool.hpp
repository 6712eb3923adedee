// Connections for reading, each used by one thread at a time. They connect when they are needed and are replaced when
// they were lost, so a database that was away is in use again with the next read. One that takes no more connections is
// read by those that are there. After an attempt that took long and failed there is none for a second, so that those
// who wait behind it do not each wait for as long while the database hangs.
#pragma once
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "push/core/clock.hpp"
#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "store/postgres/connection.hpp"

namespace push::store::postgres {

class ReaderPool {
 public:
  // At most `size` connections.
  ReaderPool(ConnectionString where, std::size_t size);

  // Calls `read` with a connection and returns its result; waits until one is free. If the connection turns out to be
  // lost before it has answered anything, `read` is called once more with a new one: it must not have side effects by
  // then.
  template <class Read>
  std::invoke_result_t<Read&, Connection&> read(Read read) {
    Lease lease(*this);
    for (bool again = true;; again = false) {
      const auto fresh = lease.connect();
      if (!fresh) return fresh.error();
      lease.connection().take_answered();
      auto outcome = read(lease.connection());
      if (lease.connection().fate() != Fate::lost) return outcome;
      const bool answered = lease.connection().take_answered();
      lease.drop();
      if (*fresh || answered || !again) return outcome;
    }
  }

 private:
  using Slot = std::unique_ptr<std::optional<Connection>>;

  class Lease {
   public:
    explicit Lease(ReaderPool& pool);
    ~Lease();
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection& connection() { return **slot_; }  // after connect()
    core::Result<bool> connect();                 // whether it has just been made
    void drop();

   private:
    ReaderPool& pool_;
    Slot slot_;
  };

  // unavailable: it failed, or a slow attempt did a moment ago.
  core::Result<Connection> open();
  // For an empty slot, one that is connected, once it is free; false: none is.
  bool exchange(Slot& empty);
  void add_connected(int more);

  const ConnectionString where_;
  core::Mutex mutex_;
  core::Condition returned_;
  std::vector<Slot> free_ PUSH_GUARDED_BY(mutex_);  // the empty ones before the others; the last was used last
  int connected_ PUSH_GUARDED_BY(mutex_) = 0;       // slots, free or not
  std::optional<core::SteadyTime> failed_ PUSH_GUARDED_BY(mutex_);  // when the last slow attempt did
};

}  // namespace push::store::postgres
