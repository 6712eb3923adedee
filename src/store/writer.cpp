#include "store/writer.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
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

StoredMessage stored(NewMessage&& message, Inserted outcome) {
  return {model::Message{outcome.id, message.application, std::move(message.message), std::move(message.title),
                         message.priority, std::move(message.extras), message.date},
          outcome.replayed};
}

}  // namespace

Writer::Writer(Backend& backend, Limits limits, metrics::Registry& metrics)
    : backend_(backend),
      limits_(limits),
      commit_seconds_(metrics.histogram("push_store_commit_seconds", "Time per transaction, begin to commit.")),
      transactions_(metrics.counter("push_store_commits_total", "Committed transactions.")),
      changes_(metrics.counter("push_store_changes_total", "Changes in committed transactions.")),
      failed_(metrics.counter("push_store_failed_commits_total", "Failed transactions.")),
      refused_(metrics.counter("push_store_refused_total", "Changes refused because the write queue was full.")),
      over_share_(metrics.counter("push_store_over_share_total",
                                  "Changes refused because too many of the same application or user were waiting.")),
      failed_posts_(
          metrics.counter("push_store_failed_posts_total", "Failed background changes (last uses of tokens).")),
      logged_events_(metrics.counter("push_store_events_total", "Deletions and reads written to the log of events.")),
      removed_events_(metrics.counter("push_store_removed_events_total",
                                      "Events removed from the log: too old, or too many of one user.")),
      queued_(metrics.gauge("push_store_queue_length", "Changes waiting for the writer.")),
      thread_("writer", [this](const std::stop_token& stop) { run(stop); }) {}

Writer::~Writer() {
  drain();
}

core::Result<void> Writer::append(NewMessage message, Store::Appended done) {
  PUSH_CHECK(done);  // what tells a message from an operation
  Change change;
  change.done = std::move(done);
  return enqueue(core::line_of(message.application), std::move(change), &message);
}

core::Result<void> Writer::change(core::UserId user, Operation operation, Finished finished, bool alone) {
  PUSH_CHECK(finished);  // what tells it from a background operation
  Change change;
  change.alone = alone;
  change.operation = std::move(operation);
  change.finished = std::move(finished);
  return enqueue(core::line_of(user), std::move(change), nullptr);
}

bool Writer::post(Operation operation) {
  Change change;
  change.operation = std::move(operation);
  return enqueue(core::line_of(core::UserId{}), std::move(change), nullptr).has_value();
}

Writer::Room Writer::room_for(core::Line line, std::size_t bytes) const {
  if (waiting_ >= limits_.queue) return Room::queue_full;
  if (waiting_ > 0 && waiting_bytes_ + bytes > limits_.queue_bytes) return Room::queue_full;
  if (in_line_.empty()) return Room::enough;
  const InLine::Load load = in_line_.load(line);
  const std::size_t free_bytes = limits_.queue_bytes - std::min(waiting_bytes_, limits_.queue_bytes);
  const bool over = load.items >= core::kShare * (limits_.queue - waiting_) || load.bytes > core::kShare * free_bytes;
  return over ? Room::line_full : Room::enough;
}

core::Result<void> Writer::enqueue(core::Line line, Change change, NewMessage* message) {
  const std::size_t bytes = message == nullptr ? 0 : text_bytes(*message);
  std::size_t waiting = 0;
  Room room = Room::enough;
  bool asleep = false;
  {
    core::Lock lock(mutex_);
    if (thread_.stop_requested()) return core::failure(core::ErrorCode::unavailable, "the server is stopping");
    room = room_for(line, bytes);
    waiting = room == Room::line_full ? in_line_.load(line).items : waiting_;
    if (room == Room::enough) {
      put(line, std::move(change), message, bytes);
      asleep = std::exchange(asleep_, false);
    }
  }
  if (asleep) wake_.notify_one();  // not under the lock: the writer would wake up only to wait for it
  if (room == Room::enough) return {};
  return refuse(room, waiting);
}

core::Error Writer::refuse(Room room, std::size_t waiting) {
  if (room == Room::queue_full) {
    refused_.add();
    return core::failure(core::ErrorCode::unavailable,
                         "the write queue is full (" + std::to_string(waiting) + " changes waiting)");
  }
  over_share_.add();
  return core::failure(core::ErrorCode::unavailable,
                       "too many changes of this application or user are waiting (" + std::to_string(waiting) + ")");
}

bool Writer::is_full(const Batch& batch) const {
  return batch.changes.size() >= limits_.batch || batch.bytes >= limits_.batch_bytes;
}

void Writer::put(core::Line line, Change change, NewMessage* message, std::size_t bytes) {
  if (in_line_.empty() && !is_full(next_)) {
    next_.add(std::move(change), message, bytes);
  } else {
    auto waiting = std::make_unique<WaitingChange>();
    waiting->change = std::move(change);
    if (message != nullptr) waiting->message = std::move(*message);
    waiting->bytes = bytes;
    in_line_.push(line, std::move(waiting), bytes);
  }
  ++waiting_;
  waiting_bytes_ += bytes;
  queued_.add(1);
}

// Until a change waits. Returns how many do; 0: none will.
std::size_t Writer::wait(const std::stop_token& stop) {
  core::Lock lock(mutex_);
  while (waiting_ == 0 && !stop.stop_requested()) {
    asleep_ = true;
    wake_.wait(mutex_, stop);
  }
  asleep_ = false;
  return waiting_;
}

// Leaves the batch that has filled in `batch`, which is empty, or takes one from those in line.
void Writer::take(Batch& batch) {
  {
    core::Lock lock(mutex_);
    std::swap(batch, next_);
    if (batch.changes.empty()) pick();
    waiting_ -= batch.changes.size() + picked_.size();
    waiting_bytes_ -= batch.bytes;
  }
  for (const auto& waiting : picked_) {
    batch.add(std::move(waiting->change), &waiting->message, waiting->bytes);
  }
  picked_.clear();
  queued_.add(-static_cast<std::int64_t>(batch.changes.size()));
}

// Pointers only: those who post wait for the lock.
void Writer::pick() {
  std::size_t bytes = 0;
  while (!in_line_.empty() && picked_.size() < limits_.batch && bytes < limits_.batch_bytes) {
    picked_.push_back(in_line_.pop());
    bytes += picked_.back()->bytes;
  }
  waiting_bytes_ -= bytes;
}

void Writer::Batch::add(Change change, NewMessage* message, std::size_t size) {
  if (change.is_message()) messages.push_back(std::move(*message));
  changes.push_back(std::move(change));
  bytes += size;
}

void Writer::Batch::clear() {
  changes.clear();
  messages.clear();
  outcomes.clear();
  bytes = 0;
}

void Writer::run(const std::stop_token& stop) {
  Batch batch;
  std::size_t last = 0;  // changes in the last batch
  while (const std::size_t waiting = wait(stop)) {
    if (std::max(waiting, last) > 1) backend_.take_turn();
    take(batch);
    last = batch.changes.size();
    batch.outcomes.assign(batch.messages.size(), Inserted{});
    if (!backend_.mixes()) {
      std::stable_partition(batch.changes.begin(), batch.changes.end(),
                            [](const Change& change) { return change.is_message(); });
    }
    for (Part part; next_part(batch, part);) {
      const auto start = core::steady_now();
      const auto outcome = transact(batch, part);
      const auto took = std::chrono::duration_cast<std::chrono::microseconds>(core::steady_now() - start);
      if (outcome) commit_seconds_.record(static_cast<std::uint64_t>(took.count()));
      note_outcome(outcome, part);
      answer(batch, part, outcome);
      if (outcome) tell_nodes(part);
    }
    backend_.end_turn();
    backend_.rest();
    batch.clear();  // keeps its capacity: take() swaps it with the next one
  }
}

// The part after `part`; false: that was the last.
bool Writer::next_part(const Batch& batch, Part& part) const {
  const auto& changes = batch.changes;
  part = {part.to, part.to, part.first_message + part.messages, 0};
  if (part.from == changes.size()) return false;
  const auto fits = [&](const Change& change) {
    if (backend_.mixes() || part.from == part.to) return true;
    const Change& first = changes[part.from];
    return change.is_message() == first.is_message() && !change.alone && !first.alone;
  };
  for (; part.to < changes.size() && fits(changes[part.to]); ++part.to) {
    if (changes[part.to].is_message()) ++part.messages;
  }
  return true;
}

core::Result<void> Writer::transact(Batch& batch, const Part& part) {
  auto outcome = backend_.begin();
  if (outcome) outcome = apply(batch, part);
  if (outcome) outcome = backend_.commit();
  if (!outcome) backend_.rollback();
  return outcome;
}

// Applies the changes in order, consecutive messages in one call. An error returned fails the whole transaction; the
// failure of a single change is in its outcome.
core::Result<void> Writer::apply(Batch& batch, const Part& part) {
  const std::span<NewMessage> messages(batch.messages);
  const std::span<core::Result<Inserted>> outcomes(batch.outcomes);
  std::size_t next_message = part.first_message;
  for (std::size_t i = part.from; i < part.to;) {
    std::size_t end = i;
    while (end < part.to && batch.changes[end].is_message()) ++end;
    if (const std::size_t count = end - i; count > 0) {
      auto inserted = backend_.insert(messages.subspan(next_message, count), outcomes.subspan(next_message, count));
      if (!inserted) return inserted;
      next_message += count;
      i = end;
    } else {
      if (auto ran = run_operation(batch.changes[i]); !ran) return ran;
      ++i;
    }
  }
  return {};
}

core::Result<void> Writer::run_operation(Change& change) {
  change.outcome = backend_.run(change.operation);
  if (!change.outcome && spoils(change.outcome.error())) return change.outcome;
  return {};
}

// A change gets its own error only if the transaction was committed: otherwise that error may rest on changes that have
// been rolled back.
void Writer::answer(Batch& batch, const Part& part, const core::Result<void>& outcome) {
  std::size_t next_message = part.first_message;
  for (std::size_t at = part.from; at < part.to; ++at) {
    Change& change = batch.changes[at];
    if (!change.is_message()) {
      if (!outcome) change.outcome = outcome;
      answer(change, outcome.has_value());
      continue;
    }
    const std::size_t i = next_message++;
    if (!outcome) {
      change.done(outcome.error());
    } else if (batch.outcomes[i]) {
      change.done(stored(std::move(batch.messages[i]), *batch.outcomes[i]));
    } else {
      change.done(batch.outcomes[i].error());
    }
  }
}

void Writer::answer(Change& change, bool committed) {
  if (change.finished) {
    change.finished(std::move(change.outcome));
  } else if (!change.outcome) {
    failed_posts_.add();
    if (committed) spdlog::warn("background write failed error=\"{}\"", change.outcome.error().text);
  }
}

// Nothing, unless several nodes share the store.
void Writer::tell_nodes(const Part& part) {
  EventListener* const listener = listener_.load();
  if (listener == nullptr) return;
  if (part.messages > 0) {
    if (const auto commit = backend_.stored()) listener->on_commit(*commit);
  }
  if (part.messages < part.to - part.from && backend_.has_logged()) listener->on_log();
}

void Writer::announce(const LoggedEvents& logged) {
  logged_events_.add(logged.events.size());
  removed_events_.add(logged.removed);
  EventListener* const listener = listener_.load();
  if (listener == nullptr) return;
  for (const model::Event& event : logged.events) listener->on_event(event);
}

// One line for each trouble: a full disk or a lock may let the last use of a token through between two messages.
void Writer::note_outcome(const core::Result<void>& outcome, const Part& part) {
  const Kind kind = part.messages > 0 ? Kind::messages : Kind::others;
  if (outcome) {
    transactions_.add();
    changes_.add(part.to - part.from);
    if (failing_ != kind) return;
    spdlog::info("database accepts writes again");
    failing_.reset();
    return;
  }
  failed_.add();
  if (failing_) return;
  spdlog::error("database write failed error=\"{}\"", outcome.error().text);
  failing_ = kind;
}

void Writer::drain() {
  thread_.stop();
}

}  // namespace push::store
