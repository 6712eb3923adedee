#include "push/delivery/history.hpp"

#include <algorithm>
#include <string>

#include "push/core/log.hpp"
#include "push/model/json.hpp"

namespace push::delivery {

using core::MessageId;
using core::Result;
using core::UserId;
using stream::Page;

History::History(store::Finder& store, core::WorkerPool& workers, metrics::Registry& metrics, std::size_t limit,
                 MessageId newest)
    : store_(store),
      workers_(workers),
      limit_(limit),
      pages_(metrics.counter("push_stream_pages_total", "Pages of missed messages read for streams that came back.")),
      stored_(core::value(newest)),
      relayed_(core::value(newest)) {
  metrics.gauge("push_replays_waiting", "Pages of missed messages that wait to be read.",
                [this] { return static_cast<std::int64_t>(workers_.waiting(core::WorkerPool::Queue::replays)); });
}

void History::note_stored(UserId user, MessageId id) {
  stored_.store(core::value(id), std::memory_order_release);
  if (!remembers_.load(std::memory_order_acquire)) return;
  const core::Lock lock(mutex_);
  if (Ends* ends = ends_.find(user)) ends->head = std::max(ends->head, id);
}

void History::note_relayed(MessageId id) {
  relayed_.store(core::value(id), std::memory_order_release);
}

std::optional<History::Ends> History::recall_ends(UserId user) {
  const core::Lock lock(mutex_);
  const Ends* ends = ends_.find(user);
  return ends != nullptr && ends->known ? std::optional(*ends) : std::nullopt;
}

// A message that is committed while the store is asked raises the entry that is already there.
Result<History::Ends> History::find_ends(UserId user) {
  if (const auto known = recall_ends(user)) return *known;
  remembers_.store(true, std::memory_order_release);
  {
    const core::Lock lock(mutex_);
    if (ends_.find(user) == nullptr) ends_.insert(user, {});
  }
  Ends found;
  const auto listed = store_.list_messages(user, {.since = 0, .limit = 1}, [&found](const model::Message& message) {
    found.head = message.id;
    return false;
  });
  if (!listed) return listed.error();
  const auto floor = store_.retention_floor(user);  // after the list: what is taken between the two is noticed
  if (!floor) return floor.error();
  found.floor = *floor;
  found.head = std::max(found.head, *floor);
  found.known = true;
  return note(user, found);
}

History::Ends History::note(UserId user, const Ends& found) {
  const core::Lock lock(mutex_);
  Ends* ends = ends_.find(user);
  if (ends == nullptr) return found;  // pushed out meanwhile
  *ends = {std::max(ends->head, found.head), std::max(ends->floor, found.floor), true};
  return *ends;
}

std::optional<History::Standing> History::recall_standing(UserId user, MessageId seen) {
  if (seen > newest()) return std::nullopt;
  const auto ends = recall_ends(user);
  if (!ends) return std::nullopt;
  if (seen >= ends->head) return Standing{ends->head, true};
  if (seen < ends->floor) return Standing{ends->head, false};
  return std::nullopt;
}

Result<History::Standing> History::find_standing(UserId user, MessageId seen) {
  auto ends = find_ends(user);
  if (!ends) return ends.error();
  if (seen > newest()) {  // of another database, or committed a moment ago and read from a page
    const auto stored = store_.newest_message();
    if (!stored) return stored.error();
    if (seen > *stored) return Standing{ends->head, false};
  }
  if (seen >= ends->head) return Standing{ends->head, true};
  const auto missed = store_.count_messages_after(user, seen, limit_ + 1);
  if (!missed) return missed.error();
  const auto floor = store_.retention_floor(user);  // after the count, which does not see what has been taken
  if (!floor) return floor.error();
  if (*floor > ends->floor) ends = note(user, {ends->head, *floor, true});
  return Standing{ends->head, *missed <= limit_ && seen >= *floor};
}

bool History::is_current(UserId user, MessageId after) {
  const auto ends = recall_ends(user);
  return ends && ends->head <= after;
}

void History::read(UserId user, MessageId after, Done done) {
  const Key key{user, after};
  {
    const core::Lock lock(mutex_);
    const auto [waiting, fresh] = waiting_.try_emplace(key);
    waiting->second.push_back(std::move(done));
    if (!fresh) return;
  }
  // Who asks from here on asks again: it may have missed what was relayed since this page was begun.
  core::WorkerPool::Job job([this, key] {
    std::vector<Done> waiting = take_waiting(key);
    const Result<Page> page = read_page(key);
    for (Done& answer : waiting) answer(page);
  });
  if (workers_.submit(job, core::line_of(key.user), core::WorkerPool::Queue::replays)) return;
  const Result<Page> refusal =
      core::failure(core::ErrorCode::unavailable, "too many streams wait for what they missed");
  for (Done& answer : take_waiting(key)) answer(refusal);
}

std::vector<History::Done> History::take_waiting(const Key& key) {
  const core::Lock lock(mutex_);
  const auto found = waiting_.find(key);
  if (found == waiting_.end()) return {};
  std::vector<Done> waiting = std::move(found->second);
  waiting_.erase(found);
  return waiting;
}

Result<Page> History::read_page(const Key& key) {
  // Committed before the snapshot is taken: what of it is not found is deleted.
  const MessageId committed = newest();
  Page page{.messages = {}, .upto = {}, .last = true};
  std::size_t bytes = 0;
  std::string json;
  auto passed = store_.list_messages_after(key.user, key.after, [&](const model::Message& message) {
    if (bytes >= kPageBytes) {
      page.last = false;
      return false;
    }
    json.clear();
    model::append_json(json, message);
    bytes += json.size();
    page.messages.emplace_back(message.id, message.application, key.user, json);
    return true;
  });
  pages_.add();
  if (!passed) return std::move(passed).error();
  const auto floor = store_.retention_floor(key.user);  // after the page, which does not hold what has been taken
  if (!floor) return floor.error();
  if (*floor > key.after) {
    return core::failure(core::ErrorCode::unavailable, "retention has deleted what the stream would be sent");
  }
  const MessageId found = page.messages.empty() ? key.after : page.messages.back().id();
  page.upto = page.last ? std::max(found, committed) : found;
  return page;
}

}  // namespace push::delivery
