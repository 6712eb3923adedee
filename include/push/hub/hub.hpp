// The sharded registry: which users are online, and on which loops. No I/O, no messages.
//
// The key is the composite user:token, packed as (UserId, ClientId); its text form, which shows the token's id
// instead of the token, is used in logs. The user part picks the shard, so one message costs one look-up under one
// lock, whatever the fan-out. A shard keeps for
// each online user the set of loops that hold connections of that user; each loop keeps the connections themselves
// (net::Roster).
//
// Threads: every member may be called from any thread. A shard's mutex is a leaf.
#pragma once
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "push/core/ids.hpp"

namespace push::hub {

struct Key {
  core::UserId user{};
  core::ClientId client{};  // 0 = a Basic session, which has no token
};

std::string text(Key key);  // "42:C7"

// Some of a user's connections: those of one client, the Basic sessions (client 0), or all (none).
struct Selection {
  core::UserId user{};
  std::optional<core::ClientId> client;

  bool has(core::ClientId one) const { return !client || *client == one; }
};

using LoopIndex = unsigned;     // 0..63
using LoopSet = std::uint64_t;  // bit i = loop i

class Shard;

class Hub {
 public:
  // shards: a power of two, 1..4096 (config `server.stream.shards`).
  explicit Hub(std::size_t shards);
  ~Hub();

  // The loop's first connection of a user was added; the last one is gone. Called by that loop only.
  void join(core::UserId user, LoopIndex loop);
  void leave(core::UserId user, LoopIndex loop);

  // The loops that hold connections of this user; 0 = offline.
  LoopSet loops_of(core::UserId user) const;

  std::size_t online_users() const;
  // The users of one shard who are online, in no order. Holds the shard's mutex while it copies them.
  std::vector<core::UserId> online_in(std::size_t shard) const;
  std::size_t shards() const { return mask_ + 1; }
  // The shard of a user: 0..shards-1. splitmix64's finaliser spreads dense ids evenly.
  std::size_t shard_of(core::UserId user) const;

 private:
  std::size_t mask_;
  std::unique_ptr<Shard[]> shards_;
};

}  // namespace push::hub
