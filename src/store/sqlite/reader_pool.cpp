#include "store/sqlite/reader_pool.hpp"

#include <utility>

#include "push/core/check.hpp"

namespace push::store::sqlite {

ReaderPool::ReaderPool(std::vector<Database> databases, FileWatch& watch)
    : databases_(std::move(databases)), watch_(watch) {
  core::Lock lock(mutex_);
  for (Database& database : databases_) free_.push_back(&database);
}

ReaderPool::~ReaderPool() {
  core::Lock lock(mutex_);
  PUSH_CHECK(free_.size() == databases_.size());
}

ReaderPool::Lease ReaderPool::lease() {
  core::Lock lock(mutex_);
  while (free_.empty()) returned_.wait(mutex_);
  Database* database = free_.back();
  free_.pop_back();
  return {*this, *database};
}

void ReaderPool::give_back(Database& database) {
  watch_.note_failure(database.take_failure());
  core::Lock lock(mutex_);
  free_.push_back(&database);
  returned_.notify_one();
}

}  // namespace push::store::sqlite
