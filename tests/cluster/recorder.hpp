// A listener that writes down what it hears.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "cluster/samples.hpp"
#include "push/cluster/bus.hpp"
#include "support/socket.hpp"

namespace push::test {

class Recorder final : public cluster::Bus::Listener {
 public:
  void on_batch(cluster::Batch batch) override {
    if (on_each) on_each();
    const std::lock_guard lock(mutex_);
    batches_.push_back(std::move(batch));
    changed_.notify_all();
  }
  void on_log() override {
    const std::lock_guard lock(mutex_);
    ++hints_;
    changed_.notify_all();
  }
  void on_link(bool up) override {
    const std::lock_guard lock(mutex_);
    links_ += up ? 'u' : 'd';
    changed_.notify_all();
  }
  void on_pulse(const cluster::Pulse& pulse) override {
    const std::lock_guard lock(mutex_);
    pulses_.push_back(pulse);
    changed_.notify_all();
  }

  // Runs in on_batch. Set before the bus starts.
  std::function<void()> on_each;

  std::vector<cluster::Batch> batches() const {
    const std::lock_guard lock(mutex_);
    return batches_;
  }
  std::vector<std::string> outlines() const {
    std::vector<std::string> all;
    for (const cluster::Batch& batch : batches()) all.push_back(outline(batch));
    return all;
  }
  std::vector<cluster::Pulse> pulses() const {
    const std::lock_guard lock(mutex_);
    return pulses_;
  }
  int hints() const {
    const std::lock_guard lock(mutex_);
    return hints_;
  }
  // u for up, d for down.
  std::string links() const {
    const std::lock_guard lock(mutex_);
    return links_;
  }

  bool wait_batches(std::size_t count) const {
    return wait([this, count] { return batches_.size() >= count; });
  }
  bool wait_hints(int count) const {
    return wait([this, count] { return hints_ >= count; });
  }
  bool wait_pulses(std::size_t count) const {
    return wait([this, count] { return pulses_.size() >= count; });
  }
  bool wait_links(const std::string& links) const {
    return wait([this, &links] { return links_.starts_with(links); });
  }

 private:
  bool wait(const std::function<bool()>& holds) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, support::kPatience, holds);
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::vector<cluster::Batch> batches_;
  std::vector<cluster::Pulse> pulses_;
  std::string links_;
  int hints_ = 0;
};

}  // namespace push::test
