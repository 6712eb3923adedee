#include "store/writer.hpp"

#include <chrono>
#include <string>
#include <utility>

#include "push/core/check.hpp"
#include "push/core/clock.hpp"
#include "push/core/log.hpp"

namespace push::store {
namespace {

std::size_t text_bytes(const NewMessage& message) {
  return message.message.size() + message.title.size() + message.extras.size();
}

model::Message stored(NewMessage&& message, core::MessageId id) {
  return model::Message{id,
                        message.application,
                        std::move(message.message),
                        std::move(message.title),
                        message.priority,
                        std::move(message.extras),
                        message.date};
}

}  // namespace

Writer::Writer(Backend& backend, Limits limits, metrics::Registry& metrics)
    : backend_(backend),
      limits_(limits),
      commit_seconds_(metrics.histogram("push_store_commit_seconds", "Time per transaction, begin to commit.")),
      transactions_(metrics.counter("push_store_commits_total", "Committed transactions.")),
      changes_(metrics.counter("push_store_changes_total", "Changes in committed transactions.")),
      failed_(metrics.counter("push_store_failed_commits_total", "Failed transactions, of which nothing was stored.")),
      refused_(metrics.counter("push_store_refused_total", "Changes refused because the write queue was full.")),
      failed_posts_(
          metrics.counter("push_store_failed_posts_total", "Failed background changes (last uses of tokens).")),
      queued_(metrics.gauge("push_store_queue_length", "Changes waiting for the writer.")),
      thread_("writer", [this](const std::stop_token& stop) { run(stop); }) {}

Writer::~Writer() {
  drain();
}

core::Result<void> Writer::append(NewMessage message, Store::Appended done) {
  PUSH_CHECK(done);  // what tells a message from an operation
  Change change;
  change.done = std::move(done);
  return enqueue(std::move(change), &message);
}

core::Result<void> Writer::change(Operation operation) {
  PUSH_CHECK(!thread_.is_current());
  Request request{std::move(operation), {}};
  auto answer = request.answer.get_future();
  Change change;
  change.request = &request;
  if (auto queued = enqueue(std::move(change), nullptr); !queued) return queued;
  return answer.get();
}

bool Writer::post(Operation operation) {
  Change change;
  change.posted = std::move(operation);
  return enqueue(std::move(change), nullptr).has_value();
}

bool Writer::has_room(std::size_t bytes) const {
  if (waiting_ >= limits_.queue) return false;
  return waiting_ == 0 || waiting_bytes_ + bytes <= limits_.queue_bytes;
}

core::Result<void> Writer::enqueue(Change change, NewMessage* message) {
  const std::size_t bytes = message == nullptr ? 0 : text_bytes(*message);
  std::size_t waiting = 0;
  bool refused = false;
  bool asleep = false;
  {
    core::Lock lock(mutex_);
    if (thread_.stop_requested()) return core::failure(core::ErrorCode::unavailable, "the server is stopping");
    waiting = waiting_;
    refused = !has_room(bytes);
    if (!refused) {
      put(std::move(change), message, bytes);
      asleep = std::exchange(asleep_, false);
    }
  }
  if (asleep) wake_.notify_one();  // not under the lock: the writer would wake up only to wait for it
  if (!refused) return {};
  refused_.add();
  return core::failure(core::ErrorCode::unavailable,
                       "the write queue is full (" + std::to_string(waiting) + " changes waiting)");
}

void Writer::put(Change change, NewMessage* message, std::size_t bytes) {
  if (batches_.empty() || batches_.back().changes.size() >= limits_.batch ||
      batches_.back().bytes >= limits_.batch_bytes) {
    batches_.push_back(std::move(spare_));
    spare_ = Batch{};
  }
  Batch& batch = batches_.back();
  if (message != nullptr) batch.messages.push_back(std::move(*message));
  batch.changes.push_back(std::move(change));
  batch.bytes += bytes;
  ++waiting_;
  waiting_bytes_ += bytes;
  queued_.add(1);
}

bool Writer::take(Batch& batch, const std::stop_token& stop) {
  core::Lock lock(mutex_);
  while (batches_.empty()) {
    if (stop.stop_requested()) return false;
    asleep_ = true;
    wake_.wait(mutex_, stop);
  }
  asleep_ = false;
  batch = std::move(batches_.front());
  batches_.pop_front();
  waiting_ -= batch.changes.size();
  waiting_bytes_ -= batch.bytes;
  queued_.add(-static_cast<std::int64_t>(batch.changes.size()));
  return true;
}

void Writer::Batch::clear() {
  changes.clear();
  messages.clear();
  ids.clear();
  bytes = 0;
}

void Writer::recycle(Batch& batch) {
  batch.clear();
  core::Lock lock(mutex_);
  if (spare_.changes.capacity() < batch.changes.capacity()) std::swap(spare_, batch);
}

void Writer::run(const std::stop_token& stop) {
  Batch batch;
  while (take(batch, stop)) {
    const auto start = core::steady_now();
    const auto outcome = transact(batch);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(core::steady_now() - start);
    if (outcome) commit_seconds_.record(static_cast<std::uint64_t>(took.count()));
    note_outcome(outcome, batch.changes.size());
    answer(batch, outcome);
    backend_.rest();
    recycle(batch);
  }
}

core::Result<void> Writer::transact(Batch& batch) {
  auto outcome = backend_.begin();
  if (outcome) outcome = apply(batch);
  if (outcome) outcome = backend_.commit();
  if (!outcome) backend_.rollback();
  return outcome;
}

// Applies the changes in order, consecutive messages in one call. An error returned fails the whole transaction; the
// failure of a single change is in its outcome.
core::Result<void> Writer::apply(Batch& batch) {
  batch.ids.assign(batch.messages.size(), core::MessageId{});
  const std::span<const NewMessage> messages(batch.messages);
  const std::span<core::Result<core::MessageId>> ids(batch.ids);
  std::size_t stored_messages = 0;
  for (std::size_t i = 0; i < batch.changes.size();) {
    std::size_t end = i;
    while (end < batch.changes.size() && batch.changes[end].is_message()) ++end;
    if (const std::size_t count = end - i; count > 0) {
      auto inserted = backend_.insert(messages.subspan(stored_messages, count), ids.subspan(stored_messages, count));
      if (!inserted) return inserted;
      stored_messages += count;
      i = end;
    } else {
      if (auto ran = run_operation(batch.changes[i]); !ran) return ran;
      ++i;
    }
  }
  return {};
}

core::Result<void> Writer::run_operation(Change& change) {
  change.outcome = backend_.run(change.request != nullptr ? change.request->operation : change.posted);
  if (!change.outcome && spoils(change.outcome.error())) return change.outcome;
  return {};
}

// A change gets its own error only if the transaction was committed: otherwise that error may rest on changes that have
// been rolled back.
void Writer::answer(Batch& batch, const core::Result<void>& outcome) {
  std::size_t next_message = 0;
  for (Change& change : batch.changes) {
    if (!change.is_message()) {
      if (!outcome) change.outcome = outcome;
      answer(change, outcome.has_value());
      continue;
    }
    const std::size_t i = next_message++;
    if (!outcome) {
      change.done(outcome.error());
    } else if (batch.ids[i]) {
      change.done(stored(std::move(batch.messages[i]), *batch.ids[i]));
    } else {
      change.done(batch.ids[i].error());
    }
  }
}

void Writer::answer(Change& change, bool committed) {
  if (change.request != nullptr) {
    change.request->answer.set_value(std::move(change.outcome));
  } else if (!change.outcome) {
    failed_posts_.add();
    if (committed) spdlog::warn("background write failed error=\"{}\"", change.outcome.error().text);
  }
}

void Writer::note_outcome(const core::Result<void>& outcome, std::size_t changes) {
  if (outcome) {
    transactions_.add();
    changes_.add(changes);
    if (failing_) spdlog::info("database accepts writes again");
    failing_ = false;
    return;
  }
  failed_.add();
  if (!failing_) spdlog::error("database write failed error=\"{}\"", outcome.error().text);
  failing_ = true;
}

void Writer::drain() {
  thread_.stop();
}

}  // namespace push::store
