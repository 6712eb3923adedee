// One loop's list of a user's connections, linked through the connection records themselves. Tells the hub when this
// loop gets its first connection of a user and when it loses the last. One thread: the loop's.
#pragma once
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <vector>

#include "net/connection.hpp"
#include "net/slot_pool.hpp"
#include "push/core/ids.hpp"
#include "push/hub/hub.hpp"

namespace push::net {

class Roster {
 public:
  struct Entry {
    core::UserId user{};
    std::uint32_t head = kNone;
    std::uint32_t cursor = kNone;  // the connection that the current fan-out serves next
    bool busy = false;             // a fan-out uses this entry: it stays even if empty
  };

  Roster(hub::Hub& hub, hub::LoopIndex loop) : hub_(hub), loop_(loop) {}

  void link(SlotPool<Connection>& connections, std::uint32_t slot, core::UserId user);
  void unlink(SlotPool<Connection>& connections, std::uint32_t slot);

  std::uint32_t find(core::UserId user) const;  // kNone: no connections here
  Entry& entry(std::uint32_t index) { return entries_[index]; }
  // The fan-out is done with this entry.
  void release(std::uint32_t index);

  // A position in the list of a user that stays good while connections come and go: those that come meanwhile are not
  // met, those that go are passed over. For readers that pause, of which there are few at a time.
  class Walk {
   public:
    explicit Walk(Roster& roster) : roster_(roster) { roster.walks_.push_back(this); }
    ~Walk() { std::erase(roster_.walks_, this); }
    Walk(const Walk&) = delete;
    Walk& operator=(const Walk&) = delete;

    std::uint32_t at = kNone;  // a slot of the connection table; kNone: the end

   private:
    Roster& roster_;
  };

 private:
  struct UserHash {
    std::size_t operator()(core::UserId user) const { return std::hash<std::uint64_t>()(core::value(user)); }
  };
  void erase(std::uint32_t index);

  hub::Hub& hub_;
  const hub::LoopIndex loop_;
  boost::unordered_flat_map<core::UserId, std::uint32_t, UserHash> index_;
  SlotPool<Entry> entries_;
  std::vector<Walk*> walks_;
};

}  // namespace push::net
