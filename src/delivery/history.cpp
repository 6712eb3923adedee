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

// Its writers are the thread that commits and, at the start, main.
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
      pages_(metrics.counter("push_stream_pages_total", "Pages of missed messages read for streams that came back.")) {
  metrics.gauge("push_replays_waiting", "Pages of missed messages that wait to be read.",
                [this] { return static_cast<std::int64_t>(workers_.waiting(core::WorkerPool::Queue::replays)); });
}

Result<void> History::start() {
  const auto message = store_.newest_message();
  if (!message) return message.error();
  const auto log = store_.events_after({}, {}, 0);
  if (!log) return log.error();
  stored_.raise({*message, log->newest});
  relayed_.raise({*message, log->newest});
  return {};
}

void History::SharedCursor::raise(const Cursor& to) {
  raise_to(message, core::value(to.message));
  raise_to(event, core::value(to.event));
}

Cursor History::SharedCursor::load() const {
  return {MessageId{message.load(std::memory_order_acquire)}, core::EventId{event.load(std::memory_order_acquire)}};
}

void History::note_stored(const Message& message) {
  stored_.raise(message.at());
  if (!has_heads_.load(std::memory_order_acquire)) return;
  const core::Lock lock(mutex_);
  if (Head* head = heads_.find(message.user())) head->at.advance(message.at());
}

void History::note_relayed(const Message& message) {
  relayed_.raise(message.at());
}

std::optional<Cursor> History::recall_head(UserId user) {
  const core::Lock lock(mutex_);
  const Head* head = heads_.find(user);
  if (head == nullptr || !head->known) return std::nullopt;
  return head->at;
}

// What is committed while the store is asked raises the entry that is already there.
Result<Cursor> History::find_head(UserId user) {
  if (const auto known = recall_head(user)) return *known;
  has_heads_.store(true, std::memory_order_release);
  {
    const core::Lock lock(mutex_);
    if (heads_.find(user) == nullptr) heads_.insert(user, {});
  }
  Cursor at = {MessageId{}, newest().event};
  const auto found = store_.list_messages(user, {.since = 0, .limit = 1}, [&at](const model::Message& message) {
    at.message = message.id;
    return false;
  });
  if (!found) return found.error();
  const core::Lock lock(mutex_);
  Head* head = heads_.find(user);
  if (head == nullptr) return at;  // pushed out meanwhile
  head->at.advance(at);
  head->known = true;
  return head->at;
}

std::optional<History::Standing> History::recall_standing(UserId user, const Cursor& seen) {
  const Cursor all = newest();
  if (seen.message > all.message || (seen.wants_events() && seen.event > all.event)) return std::nullopt;
  const auto head = recall_head(user);
  if (!head || !seen.reaches(*head)) return std::nullopt;
  return Standing{head->message, true};
}

Result<History::Standing> History::find_standing(UserId user, const Cursor& seen) {
  const auto head = find_head(user);
  if (!head) return head.error();
  const auto stored = is_stored(seen);
  if (!stored) return stored.error();
  if (!*stored) return Standing{head->message, false};
  if (seen.reaches(*head)) return Standing{head->message, true};
  const auto complete = is_complete(user, seen);
  if (!complete) return complete.error();
  return Standing{head->message, *complete};
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
  if (*missed > limit_) return false;
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
  const auto head = recall_head(user);
  return head && after.reaches(*head);
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
  if (page.last) page.upto.message = std::max(page.upto.message, committed);
  return page;
}

// False: there are more than fit on the page, and they come first.
Result<bool> History::read_events(const Key& key, Page& page) {
  const auto log = store_.events_after(key.user, key.after.event, kPageEvents);
  if (!log) return log.error();
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
