// The log of events and the read marks of the store in memory (memory_store.hpp).
#pragma once
#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "push/model/event.hpp"
#include "push/model/limits.hpp"
#include "push/store/store.hpp"

namespace push::test {

// No lock: MemoryStore holds its own around every call.
class MemoryEvents {
 public:
  void log(model::Event event) {
    event.id = core::EventId{++last_};
    events_.push_back(event);
    fresh_.push_back(std::move(event));
    const core::UserId user = events_.back().user;
    if (++kept_[user] <= model::kMaxEvents) return;
    const auto of_user = [user](const model::Event& row) { return row.user == user; };
    remove(std::find_if(events_.begin(), events_.end(), of_user));
  }
  // What has been logged since the last call.
  std::vector<model::Event> take_fresh() { return std::exchange(fresh_, {}); }

  store::EventPage after(core::UserId user, core::EventId id, std::size_t limit) const {
    store::EventPage page{{}, removed(user), core::EventId{last_}};
    for (const model::Event& row : events_) {
      if (row.user == user && row.id > id && page.events.size() < limit) page.events.push_back(row);
    }
    return page;
  }
  std::size_t remove_old(core::WallTime now) {
    std::size_t removed = 0;
    for (; !events_.empty() && events_.front().time <= now - std::chrono::days(7); ++removed) remove(events_.begin());
    return removed;
  }

  const std::set<core::MessageId>& read(core::UserId user) { return read_[user]; }
  core::MessageId mark(core::UserId user) { return marks_[user]; }
  // False: it was read before.
  bool add_read(core::UserId user, core::MessageId id) { return id > marks_[user] && read_[user].insert(id).second; }
  bool raise(core::UserId user, core::MessageId up_to) {
    if (up_to <= marks_[user]) return false;
    marks_[user] = up_to;
    std::erase_if(read_[user], [up_to](core::MessageId id) { return id <= up_to; });
    return true;
  }
  void forget_read(core::MessageId id) {
    for (auto& [user, ids] : read_) ids.erase(id);
  }
  void forget(core::UserId user) {
    removed_.erase(user);
    marks_.erase(user);
    read_.erase(user);
  }

 private:
  core::EventId removed(core::UserId user) const {
    const auto found = removed_.find(user);
    return found == removed_.end() ? core::EventId{} : found->second;
  }
  void remove(std::vector<model::Event>::iterator event) {
    removed_[event->user] = event->id;
    --kept_[event->user];
    events_.erase(event);
  }

  std::uint64_t last_ = 0;
  std::vector<model::Event> events_;  // by id
  std::vector<model::Event> fresh_;
  std::map<core::UserId, std::size_t> kept_;
  std::map<core::UserId, core::EventId> removed_;
  std::map<core::UserId, core::MessageId> marks_;
  std::map<core::UserId, std::set<core::MessageId>> read_;  // above the mark
};

}  // namespace push::test
