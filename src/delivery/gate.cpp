#include "delivery/gate.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "push/core/clock.hpp"
#include "push/model/json.hpp"

namespace push::delivery {

using core::MessageId;
using core::UserId;
using stream::Cursor;

void Gate::open(const store::Epoch& epoch) {
  const core::Lock lock(mutex_);
  history_.restart(epoch);
  open_ = true;
  applied_.store(core::value(epoch.extent.message));
  goal_.store(core::value(epoch.extent.message));
  release_held();
}

void Gate::close() {
  const core::Lock lock(mutex_);
  open_ = false;
  held_.clear();
  missed_.clear();
}

Gate::Next Gate::pass(cluster::Batch batch) {
  const core::Lock lock(mutex_);
  if (open_ && batch.last <= applied()) {
    meters_.duplicates.add();
    return Next::nothing;
  }
  raise_goal(batch.last);
  if (batch.bare) return Next::read;
  if (open_ && publisher_.is_behind()) {
    meters_.forgotten.add();
    return Next::wait;
  }
  if (open_ && batch.previous <= applied()) {
    let_through(batch);
    release_held();
    return Next::nothing;
  }
  meters_.held.add();
  if (held_.add(std::move(batch), reads_)) return Next::wait;
  meters_.forgotten.add();
  return Next::read;
}

Gate::Next Gate::note(MessageId last) {
  const core::Lock lock(mutex_);
  if (last <= applied()) return Next::nothing;
  raise_goal(last);
  return Next::wait;
}

void Gate::let_through(const cluster::Batch& batch) {
  for (const cluster::Item& item : batch.items) {
    if (item.id <= applied()) continue;
    const Cursor at{item.id, history_.newest().event};
    history_.note_stored(item.user, at);
    if (is_online(item.user))
      publisher_.relay(stream::Message(item.id, item.application, item.user, item.json.view, at.event));
  }
  advance(batch.last);
}

Gate::Read Gate::begin_read() {
  Read read;
  std::vector<UserId> users;
  bool all = hub_.online_users() > kOnline;
  for (std::size_t shard = 0; shard < hub_.shards() && !all; ++shard) {
    const std::vector<UserId> online = hub_.online_in(shard);
    users.insert(users.end(), online.begin(), online.end());
    all = users.size() > kOnline;
  }
  const core::Lock lock(mutex_);
  read.after = applied();
  read.number = ++reads_;
  read.goal = MessageId{goal_.load()};
  if (all) return read;
  users.insert(users.end(), missed_.begin(), missed_.end());
  std::sort(users.begin(), users.end());
  users.erase(std::unique(users.begin(), users.end()), users.end());
  read.users = std::move(users);
  return read;
}

Gate::Outcome Gate::pass(const Read& read, const std::vector<store::FeedMessage>& rows, const store::Feed::Page& page) {
  const core::Lock lock(mutex_);
  if (!open_) return Outcome::closed;
  if (page.newest < read.after) return Outcome::gone_back;
  MessageId passed = applied();
  for (const store::FeedMessage& row : rows) {
    if (row.id <= applied()) continue;
    if (!let_through(row)) {
      advance(passed);
      return Outcome::partial;
    }
    passed = row.id;
  }
  if (!page.complete) {
    advance(passed);
    release_held();
    return Outcome::partial;
  }
  advance(std::max(passed, page.newest));
  settle(read);
  return Outcome::complete;
}

// The content of a row was read only if its user was online when the read began. A user who has come online since then
// does not miss the row either:
//
//   - The user is online now: the row does not pass. It is read again, with its content, and nothing above it passes
//     before.
//   - The user comes online a moment later: the row was noted in the history before the registry was checked, and a
//     stream checks the history after it has entered the registry. So a stream that resumes reads a page with the row.
//     A stream without a cursor begins after the row, which was committed before it opened.
bool Gate::let_through(const store::FeedMessage& row) {
  const Cursor at{row.id, history_.newest().event};
  history_.note_stored(row.user, at);
  if (is_online(row.user)) {
    if (!row.message) {
      missed_.insert(row.user);
      return false;
    }
    std::string json;
    model::append_json(json, *row.message);
    publisher_.relay(stream::Message(row.id, row.application, row.user, json, at.event));
  }
  meters_.read.add();
  return true;
}

// A node announces only what it has committed. So a batch that arrived before a complete read and still leaves a gap is
// not in this database any more; neither is anything else that was known to exist then and was not found.
void Gate::settle(const Read& read) {
  missed_.clear();
  held_.forget_before(read.number);
  if (MessageId{goal_.load()} == read.goal) goal_.store(applied_.load());
  release_held();
}

void Gate::release_held() {
  while (auto batch = held_.take(applied())) {
    if (batch->last > applied()) let_through(*batch);
  }
}

void Gate::advance(MessageId to) {
  history_.note_passed({to, {}});
  applied_.store(core::value(to));
  raise_goal(to);
}

void Gate::raise_goal(MessageId to) {
  const bool was_behind = is_behind();
  goal_.store(std::max(goal_.load(), core::value(to)));
  if (!was_behind) behind_since_.store(core::steady_now().time_since_epoch().count());
}

std::chrono::milliseconds Gate::behind_for() const {
  if (!is_behind()) return {};
  const core::SteadyTime since(core::SteadyTime::duration(behind_since_.load()));
  return std::chrono::duration_cast<std::chrono::milliseconds>(core::steady_now() - since);
}

// The event's cursor: it includes all messages that have passed.
void Gate::pass(const model::Event& event) {
  const core::Lock lock(mutex_);
  if (!open_) return;
  const Cursor at{applied(), event.id};
  history_.note_stored(event.user, at);
  if (is_online(event.user)) {
    std::string json;
    model::append_json(json, event);
    publisher_.relay(stream::Message::event(at, event.user, json));
  }
  history_.note_passed({{}, event.id});
}

void Gate::note_log(core::EventId last) {
  const core::Lock lock(mutex_);
  if (open_) history_.note_passed({{}, last});
}

}  // namespace push::delivery
