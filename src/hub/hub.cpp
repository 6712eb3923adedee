#include "push/hub/hub.hpp"

#include <bit>

#include "hub/shard.hpp"
#include "push/core/check.hpp"

namespace push::hub {

std::string text(Key key) {
  return std::to_string(core::value(key.user)) + ":C" + std::to_string(core::value(key.client));
}

Hub::Hub(std::size_t shards) : mask_(shards - 1), shards_(new Shard[shards]) {
  PUSH_CHECK(std::has_single_bit(shards));
}

Hub::~Hub() = default;

// The map inside a shard uses the same mix with an offset, so that the bits that pick the shard are not the ones that
// pick the slot.
std::size_t Hub::shard_of(core::UserId user) const {
  return mix(core::value(user)) & mask_;
}

void Hub::join(core::UserId user, LoopIndex loop) {
  shards_[shard_of(user)].join(user, loop);
}

void Hub::leave(core::UserId user, LoopIndex loop) {
  shards_[shard_of(user)].leave(user, loop);
}

LoopSet Hub::loops_of(core::UserId user) const {
  return shards_[shard_of(user)].loops_of(user);
}

std::size_t Hub::online_users() const {
  std::size_t users = 0;
  for (std::size_t i = 0; i <= mask_; ++i) users += shards_[i].size();
  return users;
}

std::vector<core::UserId> Hub::online_in(std::size_t shard) const {
  return shards_[shard].users();
}

}  // namespace push::hub
