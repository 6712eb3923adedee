#include "store/reader_pool.hpp"

#include <utility>

#include "push/core/check.hpp"

namespace push::store {

ReaderPool::ReaderPool(std::vector<Connection> connections) : connections_(std::move(connections)) {
  core::Lock lock(mutex_);
  for (Connection& connection : connections_) free_.push_back(&connection);
}

ReaderPool::~ReaderPool() {
  core::Lock lock(mutex_);
  PUSH_CHECK(free_.size() == connections_.size());
}

ReaderPool::Lease ReaderPool::lease() {
  core::Lock lock(mutex_);
  while (free_.empty()) returned_.wait(mutex_);
  Connection* connection = free_.back();
  free_.pop_back();
  return {*this, *connection};
}

void ReaderPool::give_back(Connection& connection) {
  core::Lock lock(mutex_);
  free_.push_back(&connection);
  returned_.notify_one();
}

}  // namespace push::store
