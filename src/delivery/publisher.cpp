#include "push/delivery/publisher.hpp"

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "delivery/local_streams.hpp"
#include "push/core/check.hpp"
#include "push/delivery/follower.hpp"
#include "push/model/json.hpp"

namespace push::delivery {
namespace {

constexpr std::size_t kKept = std::size_t{64} << 10;  // what the writer keeps of a message's JSON for the next one

}  // namespace

Publisher::Publisher(store::Store& store, hub::Hub& hub, stream::Courier& courier, History& history,
                     metrics::Registry& metrics, std::size_t limit)
    : store_(store),
      history_(history),
      streams_(std::make_unique<LocalStreams>(hub, courier)),
      limit_(limit),
      stored_(metrics.counter("push_messages_stored_total", "Messages committed and answered with 200.")),
      replayed_(metrics.counter("push_messages_replayed_total",
                                "Messages not stored again: answered with what their idempotency key stands for.")),
      refused_(metrics.counter("push_messages_refused_total", "Messages not stored: queue full or database failure.")) {
}

Publisher::~Publisher() = default;

core::Result<void> Publisher::check_backlog() {
  const std::size_t behind = streams_->backlog();
  if (behind < limit_) return {};
  refused_.add();
  return core::failure(core::ErrorCode::unavailable,
                       "delivery is behind: " + std::to_string(behind) + " messages queued for one event loop");
}

core::Result<void> Publisher::publish_probed(store::NewMessage message, Probe probe, Receipt receipt) {
  if (auto free = check_backlog(); !free) return free;
  const core::UserId user = message.user;
  auto queued = store_.append(std::move(message), [this, user, probe = std::move(probe), receipt = std::move(receipt)](
                                                      core::Result<store::StoredMessage> stored) mutable {
    if (stored) {
      probe.leaves(stored->id);
      arm(user, stored->id, std::move(probe.payload));
      return committed(user, *stored, receipt);
    }
    refused_.add();
    receipt(std::move(stored).error());
  });
  if (!queued) refused_.add();
  return queued;
}

void Publisher::arm(core::UserId user, core::MessageId id, std::string payload) {
  const core::Lock lock(mutex_);
  armed_.push_back({user, id, std::move(payload)});
  any_armed_.store(true, std::memory_order_relaxed);
}

// Messages are relayed by ascending id, so what waits for an earlier one has missed it: nobody was online.
void Publisher::send_probes(const stream::Message& behind) {
  std::vector<Armed> due;
  {
    const core::Lock lock(mutex_);
    const auto later =
        std::partition(armed_.begin(), armed_.end(), [&behind](const Armed& one) { return one.message > behind.id(); });
    due.assign(std::make_move_iterator(later), std::make_move_iterator(armed_.end()));
    armed_.erase(later, armed_.end());
    any_armed_.store(!armed_.empty(), std::memory_order_relaxed);
  }
  for (const Armed& one : due) {
    if (one.message == behind.id()) streams_->relay(stream::Message::probe(one.user, one.payload));
  }
}

core::Result<void> Publisher::publish(store::NewMessage message, Receipt receipt) {
  if (auto free = check_backlog(); !free) return free;
  const core::UserId user = message.user;
  PUSH_CHECK(user != core::UserId{});
  auto queued =
      store_.append(std::move(message),
                    [this, user, receipt = std::move(receipt)](core::Result<store::StoredMessage> stored) mutable {
                      if (stored)
                        return stored->replayed ? replay(*stored, receipt) : committed(user, *stored, receipt);
                      refused_.add();
                      if (stored.error().code == core::ErrorCode::internal) history_.forget(user);
                      receipt(std::move(stored).error());
                    });
  if (!queued) refused_.add();
  return queued;
}

void Publisher::committed(core::UserId user, const model::Message& stored, Receipt& receipt) {
  thread_local std::string json;
  json.clear();
  model::append_json(json, stored);
  stored_.add();
  if (follower_ != nullptr) {
    receipt(Stored{collect(user, stored, json)});
  } else {
    const stream::Message message(stored.id, stored.application, user, json, history_.newest().event);
    note_and_relay(message);
    receipt(Stored{message.json_slice()});
  }
  if (json.capacity() > kKept) std::string().swap(json);
}

core::Slice Publisher::collect(core::UserId user, const model::Message& stored, std::string_view json) {
  return collected_.emplace_back(cluster::Item{stored.id, stored.application, user, core::Slice::copy(json)}).json;
}

void Publisher::on_commit(const store::Commit& commit) {
  if (follower_ != nullptr) follower_->committed(commit, std::exchange(collected_, {}));
}

void Publisher::on_log() {
  if (follower_ != nullptr) follower_->log_written();
}

void Publisher::replay(const model::Message& stored, Receipt& receipt) {
  std::string json;
  model::append_json(json, stored);
  replayed_.add();
  receipt(Stored{core::Slice::copy(json), true});
}

void Publisher::on_event(const model::Event& event) {
  if (follower_ != nullptr) return;
  std::string json;
  model::append_json(json, event);
  note_and_relay(stream::Message::event({history_.newest().message, event.id}, event.user, json));
}

void Publisher::note_and_relay(const stream::Message& message) {
  history_.note_stored(message);
  relay(message);
  history_.note_relayed(message);
}

void Publisher::relay(const stream::Message& message) {
  streams_->relay(message);
  const bool probed = any_armed_.load(std::memory_order_relaxed);
  if (probed && message.kind() == stream::Message::Kind::message) send_probes(message);
}

bool Publisher::is_behind() const {
  return streams_->backlog() >= limit_;
}

void Publisher::notify(core::UserId user, std::string_view json) {
  streams_->relay(stream::Message::notice(user, json));
}

void Publisher::delete_message(core::UserId user, core::MessageId id, store::Done<void> done) {
  store_.delete_message(user, id, std::move(done));
}

void Publisher::delete_listed(core::UserId user, std::vector<core::MessageId> ids, store::Done<std::size_t> done) {
  store_.delete_listed(user, std::move(ids), std::move(done));
}

core::Result<void> Publisher::delete_messages(core::UserId user, core::MessageId up_to, store::Store::Purged done) {
  return store_.delete_messages(user, up_to, std::move(done));
}

core::Result<void> Publisher::delete_messages(core::ApplicationId application, core::MessageId up_to,
                                              store::Store::Purged done) {
  return store_.delete_messages(application, up_to, std::move(done));
}

void Publisher::mark_read_up_to(core::UserId user, core::MessageId up_to, store::Done<void> done) {
  store_.mark_read_up_to(user, up_to, std::move(done));
}

void Publisher::mark_read(core::UserId user, std::vector<core::MessageId> ids, store::Done<void> done) {
  store_.mark_read(user, std::move(ids), std::move(done));
}

void Publisher::disconnect(hub::Selection which) {
  streams_->disconnect(which);
}

}  // namespace push::delivery
