#include "cluster/outbox.hpp"

#include <utility>

namespace push::cluster {

namespace {

std::size_t weight(const Batch& batch) {
  std::size_t bytes = sizeof batch;
  for (const Item& item : batch.items) bytes += sizeof item + item.json.view.size();
  return bytes;
}

}  // namespace

Outbox::Pushed Outbox::push(const Batch& batch) {
  const std::size_t bytes = weight(batch);
  const core::Lock lock(mutex_);
  if (!open_) return Pushed::refused;
  auto& batches = load_.batches;
  if (!batches.empty() && bytes_ + bytes > limit_) {
    Batch& newest = batches.back();
    const std::size_t before = weight(newest);
    newest.items = {};
    newest.bare = true;
    newest.last = batch.last;
    set_bytes(bytes_ - before + weight(newest));
    return Pushed::stripped;
  }
  batches.push_back(batch);
  set_bytes(bytes_ + bytes);
  changed_.notify_one();
  return Pushed::queued;
}

Outbox::Pushed Outbox::push_log() {
  const core::Lock lock(mutex_);
  if (!open_) return Pushed::refused;
  load_.log = true;
  changed_.notify_one();
  return Pushed::queued;
}

Outbox::Pushed Outbox::push(const Pulse& pulse) {
  const core::Lock lock(mutex_);
  if (!open_) return Pushed::refused;
  load_.pulse = pulse;
  changed_.notify_one();
  return Pushed::queued;
}

void Outbox::wake() {
  const core::Lock lock(mutex_);
  woken_ = true;
  changed_.notify_one();
}

void Outbox::open() {
  const core::Lock lock(mutex_);
  open_ = true;
}

Outbox::Load Outbox::shut() {
  const core::Lock lock(mutex_);
  open_ = false;
  return empty();
}

Outbox::Load Outbox::take(const std::stop_token& stop, core::SteadyTime until) {
  const core::Lock lock(mutex_);
  while (load_.batches.empty() && !load_.log && !load_.pulse && !woken_ && !stop.stop_requested()) {
    if (until == core::SteadyTime::max()) {
      changed_.wait(mutex_, stop);
      continue;
    }
    const core::SteadyTime now = core::steady_now();
    if (now >= until) break;
    changed_.wait_for(mutex_, stop, until - now);
  }
  woken_ = false;
  return empty();
}

Outbox::Load Outbox::empty() {
  set_bytes(0);
  return std::exchange(load_, {});
}

void Outbox::set_bytes(std::size_t bytes) {
  bytes_ = bytes;
  waiting_.set(static_cast<std::int64_t>(bytes));
}

}  // namespace push::cluster
