// Who is online: the open streams of this node, by the registry's keys. The loops know them; this asks them, so there
// is nothing to keep, and an answer is a moment old. LoopPool implements it, api asks.
#pragma once
#include <cstddef>
#include <optional>
#include <vector>

#include "push/core/ids.hpp"
#include "push/hub/hub.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

// The streams of one key on one loop by one transport.
struct OpenStreams {
  hub::LoopIndex loop = 0;
  stream::Transport transport{};
  std::size_t count = 0;   // never 0
  std::size_t frames = 0;  // that wait in their outboxes
  std::size_t bytes = 0;   // the same
};

struct OnlineKey {
  hub::Key key;
  std::size_t shard = 0;
  std::vector<OpenStreams> streams;  // by loop, then transport; never empty
};

class Presence {
 public:
  virtual ~Presence() = default;

  struct Query {
    std::optional<core::UserId> user;  // of this user only
    std::optional<hub::Key> after;     // only what comes behind this key in the order below; it need not be online
    std::size_t most;                  // keys
  };
  // Ordered by shard, user, client. Who comes or goes meanwhile may be there or not; everybody else is, once. Blocks
  // until the loops have answered, each of which looks at a slice of its streams at a time: for a worker, between the
  // start and the stop of the loops.
  virtual std::vector<OnlineKey> online(const Query& query) = 0;
};

}  // namespace push::net
