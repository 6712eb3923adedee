#include "net/roster.hpp"

#include "push/core/check.hpp"

namespace push::net {

void Roster::link(SlotPool<Connection>& connections, std::uint32_t slot, core::UserId user) {
  const auto [found, added] = index_.try_emplace(user, kNone);
  if (added) {
    found->second = entries_.acquire();
    entries_[found->second] = Entry{user, kNone, kNone, false};
  }
  Entry& entry = entries_[found->second];
  if (entry.head == kNone) hub_.join(user, loop_);

  Connection& connection = connections[slot];
  connection.user = found->second;
  connection.previous = kNone;
  connection.next = entry.head;
  if (entry.head != kNone) connections[entry.head].previous = slot;
  entry.head = slot;
}

void Roster::unlink(SlotPool<Connection>& connections, std::uint32_t slot) {
  Connection& connection = connections[slot];
  PUSH_CHECK(connection.user != kNone);
  Entry& entry = entries_[connection.user];
  if (entry.cursor == slot) entry.cursor = connection.next;
  for (Walk* walk : walks_) {
    if (walk->at == slot) walk->at = connection.next;
  }
  if (entry.head == slot) entry.head = connection.next;
  if (connection.previous != kNone) connections[connection.previous].next = connection.next;
  if (connection.next != kNone) connections[connection.next].previous = connection.previous;
  if (entry.head == kNone) {
    hub_.leave(entry.user, loop_);
    if (!entry.busy) erase(connection.user);
  }
  connection.user = connection.next = connection.previous = kNone;
}

std::uint32_t Roster::find(core::UserId user) const {
  const auto found = index_.find(user);
  return found == index_.end() ? kNone : found->second;
}

void Roster::release(std::uint32_t index) {
  entries_[index].busy = false;
  if (entries_[index].head == kNone) erase(index);
}

void Roster::erase(std::uint32_t index) {
  index_.erase(entries_[index].user);
  entries_.release(index);
}

}  // namespace push::net
