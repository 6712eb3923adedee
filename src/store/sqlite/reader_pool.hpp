// A few read-only handles for look-ups. lease() takes one out, or blocks until one is returned; reads never wait for
// the writer (write-ahead log).
#pragma once
#include <string>
#include <vector>

#include "push/core/mutex.hpp"
#include "push/core/result.hpp"
#include "store/sqlite/database.hpp"
#include "store/sqlite/file_watch.hpp"

namespace push::store::sqlite {

class ReaderPool {
 public:
  class Lease {
   public:
    Lease(ReaderPool& pool, Database& database) : pool_(pool), database_(database) {}
    ~Lease() { pool_.give_back(database_); }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Database* operator->() const { return &database_; }
    Database& operator*() const { return database_; }

   private:
    ReaderPool& pool_;
    Database& database_;
  };

  // `watch` learns of damage that a read meets; it must outlive the pool.
  ReaderPool(std::vector<Database> databases, FileWatch& watch);
  ~ReaderPool();  // every lease must have ended
  ReaderPool(const ReaderPool&) = delete;
  ReaderPool& operator=(const ReaderPool&) = delete;

  Lease lease();

 private:
  void give_back(Database& database);

  std::vector<Database> databases_;
  FileWatch& watch_;
  core::Mutex mutex_;
  core::Condition returned_;
  std::vector<Database*> free_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::store::sqlite
