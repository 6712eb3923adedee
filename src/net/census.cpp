#include "net/census.hpp"

#include <iterator>

namespace push::net {

bool Census::go_on() {
  for (std::size_t looked = 0; looked < kSlice; ++looked) {
    if (walk_.at != kNone) {
      const ConnectionTable::Sight sight = table_.look_at(walk_.at);
      walk_.at = sight.next;
      count(question_.users[asked_ - 1], sight);
      continue;
    }
    // Every further key would be above those that there are.
    if (asked_ == question_.users.size() || tallies_.size() == question_.most) return false;
    const std::uint32_t entry = roster_.find(question_.users[asked_++]);
    if (entry != kNone) walk_.at = roster_.entry(entry).head;
  }
  return true;
}

void Census::count(core::UserId user, const ConnectionTable::Sight& sight) {
  const hub::Key key{user, sight.client};
  if (question_.after && !ByUserAndClient()(*question_.after, key)) return;
  if (tallies_.size() == question_.most && !ByUserAndClient()(key, std::prev(tallies_.end())->first) &&
      !tallies_.contains(key))
    return;
  Tally& tally = tallies_[key][static_cast<std::size_t>(sight.transport)];
  ++tally.streams;
  tally.frames += sight.frames;
  tally.bytes += sight.bytes;
  if (tallies_.size() > question_.most) tallies_.erase(std::prev(tallies_.end()));
}

}  // namespace push::net
