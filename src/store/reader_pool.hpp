// A few read-only connections for look-ups. lease() takes one out, or blocks until one comes back; they never wait for
// the writer (write-ahead log).
#pragma once
#include <string>
#include <vector>

#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "store/sqlite.hpp"

namespace push::store {

class ReaderPool {
 public:
  class Lease {
   public:
    Lease(ReaderPool& pool, Connection& connection) : pool_(pool), connection_(connection) {}
    ~Lease() { pool_.give_back(connection_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Connection* operator->() const { return &connection_; }
    Connection& operator*() const { return connection_; }

   private:
    ReaderPool& pool_;
    Connection& connection_;
  };

  explicit ReaderPool(std::vector<Connection> connections);
  ~ReaderPool();  // every lease must have ended
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  Lease lease();

 private:
  void give_back(Connection& connection);

  std::vector<Connection> connections_;
  core::Mutex mutex_;
  core::Condition returned_;
  std::vector<Connection*> free_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::store
