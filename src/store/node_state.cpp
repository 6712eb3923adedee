#include "push/store/feed.hpp"

namespace push::store {

std::string_view state_of(const NodeRow& node) {
  // A live node that has written no heartbeat for this long hangs, or cannot reach the database.
  constexpr std::chrono::seconds kSilent{5};
  if (!node.alive) return "gone";
  if (node.epoch.empty()) return "joining";
  if (node.silent >= kSilent) return "silent";
  return node.status.draining ? "draining" : "live";
}

}  // namespace push::store
