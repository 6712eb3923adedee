// One 256th of the registry: a leaf mutex and an open-addressing map from online user to the loops that hold it.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "push/core/mutex.hpp"
#include "push/hub/hub.hpp"

namespace push::hub {

// splitmix64's finaliser: dense ids become well-spread bits. Public domain constants by Sebastiano Vigna.
inline std::uint64_t mix(std::uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

struct UserHash {
  using is_avalanching = void;
  std::size_t operator()(core::UserId user) const { return mix(core::value(user) + 0x9e3779b97f4a7c15ULL); }
};

class alignas(64) Shard {  // a cache line of its own: neighbours do not contend
 public:
  void join(core::UserId user, LoopIndex loop) {
    const core::Lock lock(mutex_);
    online_[user] |= LoopSet{1} << loop;
  }

  void leave(core::UserId user, LoopIndex loop) {
    const core::Lock lock(mutex_);
    const auto found = online_.find(user);
    if (found == online_.end()) return;
    found->second &= ~(LoopSet{1} << loop);
    if (found->second == 0) online_.erase(found);
  }

  LoopSet loops_of(core::UserId user) const {
    const core::Lock lock(mutex_);
    const auto found = online_.find(user);
    return found == online_.end() ? 0 : found->second;
  }

  std::size_t size() const {
    const core::Lock lock(mutex_);
    return online_.size();
  }

  std::vector<core::UserId> users() const {
    std::vector<core::UserId> copy;
    copy.reserve(size());  // so that nothing is allocated below the mutex, unless more have come meanwhile
    const core::Lock lock(mutex_);
    for (const auto& [user, loops] : online_) copy.push_back(user);
    return copy;
  }

 private:
  mutable core::Mutex mutex_;
  boost::unordered_flat_map<core::UserId, LoopSet, UserHash> online_ PUSH_GUARDED_BY(mutex_);
};

}  // namespace push::hub
