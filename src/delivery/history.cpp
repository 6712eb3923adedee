#include "push/delivery/history.hpp"

#include <algorithm>
#include <string>

#include "push/core/log.hpp"
#include "push/model/event.hpp"
#include "push/model/json.hpp"

namespace push::delivery {

using core::MessageId;
using core::Result;
using core::UserId;
using stream::Cursor;
using stream::Message;
using stream::Page;

namespace {

// One writer at a time, and main at the start.
void raise_to(std::atomic<std::uint64_t>& to, std::uint64_t value) {
  std::uint64_t known = to.load(std::memory_order_relaxed);
  while (known < value && !to.compare_exchange_weak(known, value, std::memory_order_release)) {
  }
}

}  // namespace

History::History(store::Finder& store, core::WorkerPool& workers, metrics::Registry& metrics, std::size_t limit)
    : store_(store),
      workers_(workers),
      limit_(limit),
      looked_up_(
          metrics.counter("push_stream_heads_total", "Newest messages of users looked up for streams that came back.")),
      pages_(metrics.counter("push_stream_pages_total", "Pages of missed messages read for streams that came back.")) {
  metrics.gauge("push_replays_waiting", "Pages of missed messages that wait to be read.",
                [this] { return static_cast<std::int64_t>(workers_.waiting(core::WorkerPool::Queue::replays)); });
}

Result<void> History::start(std::string epoch) {
  {
    const core::Lock lock(mutex_);
    epoch_ = std::move(epoch);
  }
  const auto message = store_.newest_message();
  if (!message) return message.error();
  const auto log = store_.events_after({}, {}, 0);
  if (!log) return log.error();
  stored_.raise({*message, log->newest});
  relayed_.raise({*message, log->newest});
  return {};
}

void History::restart(const store::Epoch& epoch) {
  const Cursor at{epoch.extent.message, epoch.extent.event};
  {
    const core::Lock lock(mutex_);
    epoch_ = epoch.name;
    ends_ = decltype(ends_){kUsers};
    epochs_ = decltype(epochs_){kEpochs};
    restarts_.fetch_add(1, std::memory_order_release);
  }
  stored_.set(at);
  relayed_.set(at);
}

std::string History::epoch() const {
  const core::Lock lock(mutex_);
  return epoch_;
}

void History::SharedCursor::raise(const Cursor& to) {
  raise_to(message, core::value(to.message));
  raise_to(event, core::value(to.event));
}

void History::SharedCursor::set(const Cursor& to) {
  message.store(core::value(to.message), std::memory_order_release);
  event.store(core::value(to.event), std::memory_order_release);
}

Cursor History::SharedCursor::load() const {
  return {MessageId{message.load(std::memory_order_acquire)}, core::EventId{event.load(std::memory_order_acquire)}};
}

void History::note_stored(UserId user, const Cursor& at) {
  stored_.raise(at);
  if (!remembers_.load(std::memory_order_acquire)) return;
  const core::Lock lock(mutex_);
  if (Ends* ends = ends_.find(user)) ends->head.advance(at);
}

void History::note_passed(const Cursor& at) {
  stored_.raise(at);
  relayed_.raise(at);
}

void History::forget(UserId user) {
  const core::Lock lock(mutex_);
  ends_.erase(user);
}

std::optional<History::Ends> History::recall_ends(UserId user) {
  const core::Lock lock(mutex_);
  const Ends* ends = ends_.find(user);
  return ends != nullptr && ends->known ? std::optional(*ends) : std::nullopt;
}

// What is committed while the store is asked raises the entry that is already there.
Result<History::Ends> History::find_ends(UserId user) {
  if (const auto known = recall_ends(user)) return *known;
  remembers_.store(true, std::memory_order_release);
  {
    const core::Lock lock(mutex_);
    if (ends_.find(user) == nullptr) ends_.insert(user, {});
  }
  Ends found;
  found.head.event = newest().event;
  const auto listed = store_.list_messages(user, {.since = 0, .limit = 1}, [&found](const model::Message& message) {
    found.head.message = message.id;
    return false;
  });
  looked_up_.add();
  if (!listed) return listed.error();
  const auto floor = store_.retention_floor(user);  // after the list: what is taken between the two is noticed
  if (!floor) return floor.error();
  found.floor = *floor;
  found.head.message = std::max(found.head.message, *floor);
  return note(user, found);
}

History::Ends History::note(UserId user, const Ends& found) {
  const core::Lock lock(mutex_);
  Ends* ends = ends_.find(user);
  if (ends == nullptr) return found;  // pushed out meanwhile
  ends->head.advance(found.head);
  ends->floor = std::max(ends->floor, found.floor);
  ends->known = true;
  return *ends;
}

void History::raise_floor(UserId user, MessageId floor) {
  const core::Lock lock(mutex_);
  if (Ends* ends = ends_.find(user)) ends->floor = std::max(ends->floor, floor);
}

bool History::lies_within(const Cursor& seen, const End& end) {
  if (!end || seen.message > end->message) return false;
  return !seen.wants_events() || seen.event <= end->event;
}

std::optional<History::End> History::recall_end(const std::string& epoch) {
  const core::Lock lock(mutex_);
  const End* end = epochs_.find(epoch);
  if (end == nullptr) return std::nullopt;
  return std::make_optional<End>(*end);
}

Result<History::End> History::find_end(const std::string& epoch) {
  if (const auto known = recall_end(epoch)) return *known;
  const std::uint64_t restarts = restarts_.load(std::memory_order_acquire);
  const auto end = store_.find_epoch(epoch);
  if (!end) return end.error();
  const core::Lock lock(mutex_);
  const bool may_have_ended = restarts != restarts_.load(std::memory_order_acquire);
  if (!may_have_ended && epochs_.find(epoch) == nullptr) epochs_.insert(epoch, *end);
  return *end;
}

std::optional<History::Standing> History::recall_standing(UserId user, const Cursor& seen, const std::string& epoch) {
  if (!epoch.empty() && epoch != this->epoch()) {
    const auto end = recall_end(epoch);
    if (!end || !lies_within(seen, *end)) return std::nullopt;
  }
  const Cursor all = newest();
  if (seen.message > all.message || (seen.wants_events() && seen.event > all.event)) return std::nullopt;
  const auto ends = recall_ends(user);
  if (!ends) return std::nullopt;
  if (seen.reaches(ends->head)) return Standing{ends->head.message, true};
  if (seen.message < ends->floor) return Standing{ends->head.message, false};
  return std::nullopt;
}

Result<History::Standing> History::find_standing(UserId user, const Cursor& seen, const std::string& epoch) {
  const auto ends = find_ends(user);
  if (!ends) return ends.error();
  const MessageId head = ends->head.message;
  if (!epoch.empty() && epoch != this->epoch()) {
    const auto end = find_end(epoch);
    if (!end) return end.error();
    if (!lies_within(seen, *end)) return Standing{head, false};
  }
  const auto stored = is_stored(seen);
  if (!stored) return stored.error();
  if (!*stored) return Standing{head, false};
  if (seen.reaches(ends->head)) return Standing{head, true};
  const auto complete = is_complete(user, seen);
  if (!complete) return complete.error();
  return Standing{head, *complete};
}

// What was committed a moment ago is in the store, and perhaps on a page, before it is noted here.
Result<bool> History::is_stored(const Cursor& seen) {
  const Cursor all = newest();
  if (seen.message > all.message) {
    const auto stored = store_.newest_message();
    if (!stored) return stored.error();
    if (seen.message > *stored) return false;
  }
  if (seen.wants_events() && seen.event > all.event) {
    const auto log = store_.events_after({}, {}, 0);
    if (!log) return log.error();
    if (seen.event > log->newest) return false;
  }
  return true;
}

Result<bool> History::is_complete(UserId user, const Cursor& seen) {
  const auto missed = store_.count_messages_after(user, seen.message, limit_ + 1);
  if (!missed) return missed.error();
  const auto floor = store_.retention_floor(user);  // after the count, which does not see what has been taken
  if (!floor) return floor.error();
  raise_floor(user, *floor);
  if (*missed > limit_ || seen.message < *floor) return false;
  if (!seen.wants_events()) return true;
  const auto log = store_.events_after(user, seen.event, 0);
  if (!log) return log.error();
  return seen.event >= log->complete_from;
}

Cursor History::newest() const {
  return stored_.load();
}

Cursor History::relayed() const {
  return relayed_.load();
}

bool History::is_current(UserId user, const Cursor& after) {
  const auto ends = recall_ends(user);
  return ends && after.reaches(ends->head);
}

void History::read(UserId user, const Cursor& after, Done done) {
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
  const MessageId committed = newest().message;
  Page page{.messages = {}, .upto = key.after, .last = true};
  pages_.add();
  if (key.after.wants_events()) {
    const auto all = read_events(key, page);
    if (!all) return all.error();
    if (!*all) return page;
  }
  std::size_t bytes = 0;
  std::string json;
  auto passed = store_.list_messages_after(key.user, key.after.message, [&](const model::Message& message) {
    if (bytes >= kPageBytes) {
      page.last = false;
      return false;
    }
    json.clear();
    model::append_json(json, message);
    bytes += json.size();
    page.messages.emplace_back(message.id, message.application, key.user, json, page.upto.event);
    page.upto.message = message.id;
    return true;
  });
  if (!passed) return std::move(passed).error();
  const auto floor = store_.retention_floor(key.user);  // after the page, which does not hold what has been taken
  if (!floor) return floor.error();
  if (*floor > key.after.message) {
    return core::failure(core::ErrorCode::unavailable, "retention has deleted what the stream would be sent");
  }
  if (page.last) page.upto.message = std::max(page.upto.message, committed);
  return page;
}

// False: there are more than fit on the page, and they come first.
Result<bool> History::read_events(const Key& key, Page& page) {
  const auto log = store_.events_after(key.user, key.after.event, kPageEvents);
  if (!log) return log.error();
  if (key.after.event < log->complete_from) {
    return core::failure(core::ErrorCode::unavailable, "events that the stream would be sent are gone");
  }
  std::string json;
  for (const model::Event& event : log->events) {
    json.clear();
    model::append_json(json, event);
    page.messages.push_back(Message::event({key.after.message, event.id}, key.user, json));
  }
  page.last = log->events.size() < kPageEvents;
  page.upto.event = page.last ? std::max(key.after.event, log->newest) : log->events.back().id;
  return page.last;
}

}  // namespace push::delivery
