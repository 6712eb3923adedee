#include "store/postgres/reader_pool.hpp"

namespace push::store::postgres {

ReaderPool::ReaderPool(ConnectionString where, std::size_t size) : where_(std::move(where)) {
  for (std::size_t i = 0; i < size; ++i) free_.push_back(std::make_unique<std::optional<Connection>>());
}

ReaderPool::Lease::Lease(ReaderPool& pool) : pool_(pool) {
  const core::Lock lock(pool_.mutex_);
  while (pool_.free_.empty()) pool_.returned_.wait(pool_.mutex_);
  connection_ = std::move(pool_.free_.back());
  pool_.free_.pop_back();
}

ReaderPool::Lease::~Lease() {
  {
    const core::Lock lock(pool_.mutex_);
    pool_.free_.push_back(std::move(connection_));
  }
  pool_.returned_.notify_one();
}

core::Result<void> ReaderPool::Lease::connect() {
  auto& connection = *connection_;
  if (connection && connection->usable()) return {};
  connection.reset();
  auto opened = Connection::open(pool_.where_, Connection::Use::ordinary);
  if (!opened) return unreachable();
  connection = *std::move(opened);
  return {};
}

}  // namespace push::store::postgres
