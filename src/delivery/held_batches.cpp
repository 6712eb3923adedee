#include "delivery/held_batches.hpp"

#include <utility>

namespace push::delivery {
namespace {

constexpr std::size_t kOverhead = 128;  // of a batch and of an item, roughly

std::size_t size_of(const cluster::Batch& batch) {
  std::size_t bytes = kOverhead;
  for (const cluster::Item& item : batch.items) bytes += kOverhead + item.json.view.size();
  return bytes;
}

}  // namespace

bool HeldBatches::add(cluster::Batch batch, std::uint64_t read) {
  const std::size_t bytes = size_of(batch);
  if (bytes_ + bytes > limit_) {
    clear();
    return false;
  }
  bytes_ += bytes;
  const core::MessageId previous = batch.previous;
  held_.emplace(previous, Held{std::move(batch), bytes, read});
  return true;
}

std::optional<cluster::Batch> HeldBatches::take(core::MessageId position) {
  const auto first = held_.begin();
  if (first == held_.end() || first->first > position) return std::nullopt;
  bytes_ -= first->second.bytes;
  cluster::Batch batch = std::move(first->second.batch);
  held_.erase(first);
  return batch;
}

void HeldBatches::forget_before(std::uint64_t read) {
  for (auto at = held_.begin(); at != held_.end();) {
    if (at->second.read >= read) {
      ++at;
      continue;
    }
    bytes_ -= at->second.bytes;
    at = held_.erase(at);
  }
}

void HeldBatches::clear() {
  held_.clear();
  bytes_ = 0;
}

}  // namespace push::delivery
