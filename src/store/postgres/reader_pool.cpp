#include "store/postgres/reader_pool.hpp"

#include <algorithm>
#include <chrono>

namespace push::store::postgres {
namespace {

constexpr std::chrono::seconds kSlow{1};   // an attempt that takes as long and fails is
constexpr std::chrono::seconds kPause{1};  // followed by none for this time

}  // namespace

ReaderPool::ReaderPool(ConnectionString where, std::size_t size) : where_(std::move(where)) {
  for (std::size_t i = 0; i < size; ++i) free_.push_back(std::make_unique<std::optional<Connection>>());
}

void ReaderPool::add_connected(int more) {
  const core::Lock lock(mutex_);
  connected_ += more;
}

core::Result<Connection> ReaderPool::open() {
  {
    const core::Lock lock(mutex_);
    if (failed_ && core::steady_now() - *failed_ < kPause) return unreachable();
  }
  const core::SteadyTime begun = core::steady_now();
  auto opened = Connection::open(where_, Connection::Use::ordinary);
  const core::SteadyTime ended = core::steady_now();
  const core::Lock lock(mutex_);
  if (opened) {
    failed_.reset();
  } else if (ended - begun >= kSlow) {
    failed_ = ended;
  }
  return opened;
}

bool ReaderPool::exchange(Slot& empty) {
  bool exchanged = false;
  {
    const core::Lock lock(mutex_);
    while (connected_ > 0 && (free_.empty() || !*free_.back())) returned_.wait(mutex_);
    if (connected_ > 0) {
      std::swap(empty, free_.back());
      std::rotate(free_.begin(), free_.end() - 1, free_.end());
      exchanged = true;
    }
  }
  returned_.notify_all();
  return exchanged;
}

ReaderPool::Lease::Lease(ReaderPool& pool) : pool_(pool) {
  const core::Lock lock(pool_.mutex_);
  while (pool_.free_.empty()) pool_.returned_.wait(pool_.mutex_);
  slot_ = std::move(pool_.free_.back());
  pool_.free_.pop_back();
}

ReaderPool::Lease::~Lease() {
  {
    const core::Lock lock(pool_.mutex_);
    pool_.free_.insert(*slot_ ? pool_.free_.end() : pool_.free_.begin(), std::move(slot_));
  }
  pool_.returned_.notify_all();
}

void ReaderPool::Lease::drop() {
  slot_->reset();
  pool_.add_connected(-1);
}

core::Result<bool> ReaderPool::Lease::connect() {
  for (;;) {
    if (*slot_ && (*slot_)->usable()) return false;
    if (*slot_) drop();
    auto opened = pool_.open();
    if (opened) {
      *slot_ = *std::move(opened);
      pool_.add_connected(1);
      return true;
    }
    if (!pool_.exchange(slot_)) return unreachable();
  }
}

}  // namespace push::store::postgres
