// The sender's thread: its turns, and what it reads.
#include "webpush/loop.hpp"

#include <algorithm>
#include <utility>

#include "push/auth/base64.hpp"
#include "push/core/log.hpp"
#include "push/webpush/keys.hpp"
#include "webpush/encryption.hpp"
#include "webpush/payload.hpp"

namespace push::webpush {

using core::Result;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kPage = 256;   // messages read at once
constexpr milliseconds kRest{1000};  // after an error of the database
constexpr milliseconds kDelayedPeriod{1000};
constexpr std::chrono::seconds kIdleSave{60};
constexpr std::chrono::seconds kKeysPeriod{10};
constexpr std::chrono::seconds kLastMoment{2};

core::MessageId before(core::MessageId id) {
  return core::MessageId{core::value(id) - 1};
}

// Whether the browser wants it.
bool wants(const store::WebPushTarget& target, const model::Message& message, core::WallTime now) {
  const store::WebPushSubscription& to = target.subscription;
  if (message.id <= target.after || message.priority < to.min_priority) return false;
  if (to.muted_until && now < *to.muted_until) return false;
  return to.apps.empty() || std::find(to.apps.begin(), to.apps.end(), message.application) != to.apps.end();
}

Result<KeyPair> pair_of(const store::WebPushKeys& keys) {
  const auto secret = auth::decode_base64_url(keys.private_key);
  const auto open = auth::decode_base64_url(keys.public_key);
  if (!secret || secret->size() != kPrivateKeyBytes || !open || !is_public_key(*open)) {
    return core::failure(core::ErrorCode::invalid,
                         "the Web Push keys in the database are no key pair: make new ones with `sharded-gotify "
                         "webpush-keys --rotate`");
  }
  return KeyPair{*secret, *open};
}

}  // namespace

Sender::Loop::Loop(Settings settings, store::Store& store, metrics::Registry& metrics)
    : settings_(std::move(settings)),
      store_(store),
      tables_(store.webpush()),
      meters_(metrics),
      tests_allowed_({.count = 6, .period = std::chrono::seconds(60), .burst = 3}, 1024),
      transfers_(settings_.cafile, {settings_.limits.connect, settings_.limits.whole}) {}

Result<void> Sender::Loop::start() {
  const auto keys = prepare_keys(tables_, settings_.subject);
  if (!keys) return keys.error();
  if (auto pair = pair_of(*keys); !pair) return pair.error();
  {
    const core::Lock lock(mutex_);
    stopped_ = false;
  }
  thread_ = core::Thread("webpush", [this](const std::stop_token& stop) { run(stop); });
  return {};
}

void Sender::Loop::stop() {
  thread_.request_stop();
  transfers_.wake();
  thread_.stop();
}

void Sender::Loop::run(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    start_tests();
    if (!failing_ || core::steady_now() >= next_read_) note(read());
    launch();
    const auto time = std::clamp(std::chrono::ceil<milliseconds>(next_read_ - core::steady_now()), milliseconds(1),
                                 settings_.limits.idle_poll);
    for (const Outcome& outcome : transfers_.wait(time)) land(outcome);
    queued_.store(backlog_.size());
    meters_.queue.set(static_cast<std::int64_t>(backlog_.size()));
  }
  give_up();
}

// What is under way may be accepted within a moment; what is not is sent again after the restart.
void Sender::Loop::give_up() {
  const core::SteadyTime end = core::steady_now() + kLastMoment;
  while (!flights_.empty() && core::steady_now() < end) {
    for (const Outcome& outcome : transfers_.wait(milliseconds(50))) land(outcome);
  }
  note(save(true));
  std::vector<Test> tests;
  {
    const core::Lock lock(mutex_);
    stopped_ = true;
    tests = std::exchange(tests_, {});
  }
  const auto stopping = core::failure(core::ErrorCode::unavailable, "the server is stopping");
  for (Test& test : tests) test.done(stopping);
  for (auto& [id, flight] : flights_) {
    if (flight.tested) flight.tested(stopping);
  }
  flights_.clear();
}

// One line when the database stops answering, one when it is back.
void Sender::Loop::note(const Result<void>& outcome) {
  if (!outcome) next_read_ = core::steady_now() + kRest;
  if (outcome.has_value() != failing_) return;
  failing_ = !outcome;
  if (failing_) {
    spdlog::warn("cannot send pushes for now error=\"{}\"", outcome.error().text);
  } else {
    spdlog::info("sending pushes again");
  }
}

Result<void> Sender::Loop::read() {
  const core::SteadyTime now = core::steady_now();
  if (auto renewed = renew_keys(); !renewed) return renewed;
  if (!tables_.sends_for_all()) {
    // The node that has the lease begins at the cursor, which is not above anything that is unfinished here.
    position_.reset();
    backlog_.clear();
    next_read_ = now + settings_.limits.idle_poll;
    return {};
  }
  if (!position_) {
    if (auto begun = begin(); !begun) return begun;
  }
  if (now >= next_read_) {
    if (auto done = read_messages(); !done) return done;
  }
  if (now >= next_delayed_) {
    next_delayed_ = now + kDelayedPeriod;
    if (auto done = read_delayed(); !done) return done;
  }
  return save(false);
}

// Another node, or `webpush-keys --rotate`, may have written them.
Result<void> Sender::Loop::renew_keys() {
  const core::SteadyTime now = core::steady_now();
  if (vapid_ && now < next_keys_) return {};
  const auto keys = prepare_keys(tables_, settings_.subject);
  if (!keys) return keys.error();
  auto pair = pair_of(*keys);
  if (!pair) return pair.error();
  next_keys_ = now + kKeysPeriod;
  const std::string subject = keys->subject.empty() ? std::string(kDefaultSubject) : keys->subject;
  if (vapid_ && vapid_->public_key() == pair->public_key && vapid_->subject() == subject) return {};
  vapid_ = std::make_unique<Vapid>(*std::move(pair), subject);
  return {};
}

Result<void> Sender::Loop::begin() {
  if (auto swept = tables_.forget_orphans(); !swept) return swept;
  const auto cursor = tables_.find_cursor();
  if (!cursor) return cursor.error();
  if (!*cursor) {
    const auto newest = store_.newest_message();
    if (!newest) return newest.error();
    if (auto moved = tables_.move_cursor(*newest); !moved) return moved;
    position_ = *newest;
  } else {
    position_ = **cursor;
  }
  saved_ = *position_;
  next_read_ = next_delayed_ = next_save_ = core::steady_now();
  return {};
}

Result<void> Sender::Loop::read_messages() {
  if (backlog_.size() >= settings_.limits.queue) {
    meters_.full.add();
    next_read_ = core::steady_now() + settings_.limits.poll;
    return {};
  }
  // In this order: what is subscribed after that has later messages only.
  const auto head = store_.newest_message();
  if (!head) return head.error();
  const auto count = tables_.count_subscriptions();
  if (!count) return count.error();
  subscribed_ = *count > 0;
  next_read_ = core::steady_now() + (subscribed_ ? settings_.limits.poll : settings_.limits.idle_poll);
  // Below: the database has gone back to an earlier state.
  if (!subscribed_ || *head <= *position_) {
    position_ = *head;
    return {};
  }
  std::vector<store::WebPushMessage> messages;
  const std::size_t limit = std::min(kPage, settings_.limits.queue - backlog_.size());
  const auto listed = tables_.list_messages(*position_, *head, limit, [&](store::WebPushMessage row) {
    // Not whole in memory: the payload takes its place.
    std::string payload = payload_of(row.message);
    row.message.extras.clear();
    row.message.title.clear();
    row.message.message = std::move(payload);
    messages.push_back(std::move(row));
  });
  if (!listed) return listed;
  if (auto queued = queue(messages); !queued) return queued;
  const bool more = messages.size() == limit;
  position_ = more ? messages.back().message.id : *head;
  if (more) next_read_ = core::steady_now();
  return {};
}

// `messages` with their payloads as texts. All of them or, after an error, none.
Result<void> Sender::Loop::queue(const std::vector<store::WebPushMessage>& messages) {
  std::map<core::UserId, std::vector<store::WebPushTarget>> targets;
  for (const store::WebPushMessage& row : messages) {
    if (targets.contains(row.user)) continue;
    auto found = tables_.targets_of(row.user);
    if (!found) return found.error();
    targets.emplace(row.user, *std::move(found));
  }
  const core::WallTime wall = core::wall_now();
  const core::SteadyTime now = core::steady_now();
  for (const store::WebPushMessage& row : messages) {
    const auto payload = std::make_shared<const std::string>(row.message.message);
    for (const store::WebPushTarget& target : targets[row.user]) {
      if (target.delay || !wants(target, row.message, wall)) continue;
      backlog_.add(target, {row.message.id, payload, urgency_of(row.message.priority)}, now);
    }
  }
  return {};
}

Result<void> Sender::Loop::read_delayed() {
  const auto due = tables_.delayed(core::wall_now(), settings_.limits.delayed);
  if (!due) return due.error();
  for (const store::WebPushTarget& target : *due) {
    if (backlog_.has(target.subscription.endpoint)) continue;
    if (auto resumed = resume(target, false); !resumed) return resumed;
  }
  return {};
}

// The next push of a delayed subscription; if there is none it is not delayed any more.
Result<void> Sender::Loop::resume(store::WebPushTarget target, bool was_sent) {
  const core::WallTime now = core::wall_now();
  std::optional<Job> job;
  const auto listed =
      store_.list_messages_after(target.subscription.user, target.delay->sent, [&](const model::Message& message) {
        if (message.id > *position_) return false;
        if (!wants(target, message, now)) return true;
        if (message.date < now - settings_.limits.give_up) {
          meters_.expired.add();
          target.delay->sent = message.id;
          return true;
        }
        job = Job{message.id, std::make_shared<const std::string>(payload_of(message)), urgency_of(message.priority),
                  true};
        return false;
      });
  if (!listed) return listed;
  if (!job) return tables_.set_delay(target.subscription, std::nullopt);
  if (was_sent) {
    // Should this node end now, the next one goes on from here.
    target.delay->retry_at = now + settings_.limits.whole;
    if (auto noted = tables_.set_delay(target.subscription, target.delay); !noted) return noted;
  }
  backlog_.add(target, *std::move(job), core::steady_now());
  return {};
}

Result<void> Sender::Loop::save(bool at_once) {
  if (!position_) return {};
  const auto oldest = backlog_.oldest();
  const core::MessageId cursor = oldest ? std::min(*position_, before(*oldest)) : *position_;
  const core::SteadyTime now = core::steady_now();
  if (cursor == saved_ || (!at_once && now < next_save_)) return {};
  if (auto moved = tables_.move_cursor(cursor); !moved) return moved;
  saved_ = cursor;
  next_save_ = now + (subscribed_ ? std::chrono::duration_cast<milliseconds>(settings_.limits.save)
                                  : std::chrono::duration_cast<milliseconds>(kIdleSave));
  return {};
}

Sender::State Sender::Loop::state() const {
  return {queued_.load(), settings_.limits.queue, meters_.accepted.value(),
          meters_.refused.value() + meters_.gone.value() + meters_.expired.value()};
}

}  // namespace push::webpush
