// Batches that arrived before the one in front of them. No lock of its own, no I/O.
#pragma once
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "push/cluster/batch.hpp"

namespace push::delivery {

class HeldBatches {
 public:
  explicit HeldBatches(std::size_t limit) : limit_(limit) {}

  bool empty() const { return held_.empty(); }
  std::size_t bytes() const { return bytes_; }
  // read: how many reads of the store were begun before it arrived. False: it would exceed the limit; everything held
  // is dropped, to be read from the store.
  bool add(cluster::Batch batch, std::uint64_t read);
  // A batch that follows the position, or overlaps it.
  std::optional<cluster::Batch> take(core::MessageId position);
  // Drops what arrived before this read was begun. If the read was complete, it had all of that.
  void forget_before(std::uint64_t read);
  void clear();

 private:
  struct Held {
    cluster::Batch batch;
    std::size_t bytes;
    std::uint64_t read;
  };

  const std::size_t limit_;
  std::size_t bytes_ = 0;
  std::multimap<core::MessageId, Held> held_;  // by Batch::previous
};

}  // namespace push::delivery
