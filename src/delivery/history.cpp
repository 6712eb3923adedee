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
  if (!has_heads_.load(std::memory_order_acquire)) return;
  const core::Lock lock(mutex_);
  if (Head* head = heads_.find(user)) head->id = std::max(head->id, id);
}

void History::note_relayed(MessageId id) {
  relayed_.store(core::value(id), std::memory_order_release);
}

std::optional<MessageId> History::recall_head(UserId user) {
  const core::Lock lock(mutex_);
  const Head* head = heads_.find(user);
  if (head == nullptr || !head->known) return std::nullopt;
  return head->id;
}

// A message that is committed while the store is asked raises the entry that is already there.
Result<MessageId> History::find_head(UserId user) {
  if (const auto known = recall_head(user)) return *known;
  has_heads_.store(true, std::memory_order_release);
  {
    const core::Lock lock(mutex_);
    if (heads_.find(user) == nullptr) heads_.insert(user, {});
  }
  MessageId newest{};
  const auto found = store_.list_messages(user, {.since = 0, .limit = 1}, [&newest](const model::Message& message) {
    newest = message.id;
    return false;
  });
  if (!found) return found.error();
  const core::Lock lock(mutex_);
  Head* head = heads_.find(user);
  if (head == nullptr) return newest;  // pushed out meanwhile
  head->id = std::max(head->id, newest);
  head->known = true;
  return head->id;
}

std::optional<History::Standing> History::recall_standing(UserId user, MessageId seen) {
  if (seen > newest()) return std::nullopt;
  const auto head = recall_head(user);
  if (!head || seen < *head) return std::nullopt;
  return Standing{*head, true};
}

Result<History::Standing> History::find_standing(UserId user, MessageId seen) {
  const auto head = find_head(user);
  if (!head) return head.error();
  if (seen > newest()) {  // of another database, or committed a moment ago and read from a page
    const auto stored = store_.newest_message();
    if (!stored) return stored.error();
    if (seen > *stored) return Standing{*head, false};
  }
  if (seen >= *head) return Standing{*head, true};
  const auto missed = store_.count_messages_after(user, seen, limit_ + 1);
  if (!missed) return missed.error();
  return Standing{*head, *missed <= limit_};
}

bool History::is_current(UserId user, MessageId after) {
  const auto head = recall_head(user);
  return head && *head <= after;
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
  const MessageId found = page.messages.empty() ? key.after : page.messages.back().id();
  page.upto = page.last ? std::max(found, committed) : found;
  return page;
}

}  // namespace push::delivery
