#include "push/delivery/publisher.hpp"

#include <string>
#include <utility>

#include "delivery/sinks.hpp"
#include "push/core/check.hpp"
#include "push/model/json.hpp"

namespace push::delivery {
namespace {

constexpr std::size_t kKept = std::size_t{64} << 10;  // what the writer keeps of a message's JSON for the next one

}  // namespace

Publisher::Publisher(store::Store& store, hub::Hub& hub, stream::Courier& courier, History& history,
                     cluster::Backplane& backplane, metrics::Registry& metrics, std::size_t limit,
                     std::vector<Sink*> further)
    : store_(store),
      history_(history),
      streams_(std::make_unique<LocalStreams>(hub, courier)),
      nodes_(std::make_unique<OtherNodes>(backplane)),
      sinks_{streams_.get(), nodes_.get()},
      limit_(limit),
      stored_(metrics.counter("push_messages_stored_total", "Messages committed and answered with 200.")),
      refused_(metrics.counter("push_messages_refused_total", "Messages not stored: queue full or database failure.")) {
  sinks_.insert(sinks_.end(), further.begin(), further.end());
}

Publisher::~Publisher() = default;

core::Result<void> Publisher::publish(store::NewMessage message, Receipt receipt) {
  if (const std::size_t behind = streams_->backlog(); behind >= limit_) {
    refused_.add();
    return core::failure(core::ErrorCode::unavailable,
                         "delivery is behind: " + std::to_string(behind) + " messages queued for one event loop");
  }
  const core::UserId user = message.user;
  PUSH_CHECK(user != core::UserId{});
  auto queued = store_.append(std::move(message),
                              [this, user, receipt = std::move(receipt)](core::Result<model::Message> stored) mutable {
                                if (stored) return committed(user, *stored, receipt);
                                refused_.add();
                                receipt(std::move(stored).error());
                              });
  if (!queued) refused_.add();
  return queued;
}

void Publisher::committed(core::UserId user, const model::Message& stored, Receipt& receipt) {
  thread_local std::string json;
  json.clear();
  model::append_json(json, stored);
  const stream::Message message(stored.id, stored.application, user, json, history_.newest().event);
  stored_.add();
  relay(message);
  receipt(message.json_slice());
  if (json.capacity() > kKept) std::string().swap(json);
}

void Publisher::on_event(const model::Event& event) {
  std::string json;
  model::append_json(json, event);
  relay(stream::Message::event({history_.newest().message, event.id}, event.user, json));
}

void Publisher::relay(const stream::Message& message) {
  history_.note_stored(message);
  for (Sink* sink : sinks_) sink->relay({std::nullopt, {&message, 1}});
  history_.note_relayed(message);
}

void Publisher::notify(core::UserId user, std::string_view json) {
  const auto notice = stream::Message::notice(user, json);
  streams_->relay({std::nullopt, {&notice, 1}});
}

void Publisher::delete_message(core::UserId user, core::MessageId id, store::Done<void> done) {
  store_.delete_message(user, id, std::move(done));
}

core::Result<void> Publisher::delete_messages(core::UserId user, store::Store::Purged done) {
  return store_.delete_messages(user, std::move(done));
}

core::Result<void> Publisher::delete_messages(core::ApplicationId application, store::Store::Purged done) {
  return store_.delete_messages(application, std::move(done));
}

void Publisher::mark_read_up_to(core::UserId user, core::MessageId up_to, store::Done<void> done) {
  store_.mark_read_up_to(user, up_to, std::move(done));
}

void Publisher::mark_read(core::UserId user, std::vector<core::MessageId> ids, store::Done<void> done) {
  store_.mark_read(user, std::move(ids), std::move(done));
}

void Publisher::on_messages(const stream::Batch& batch) {
  for (const stream::Message& message : batch.messages) history_.note_stored(message);
  streams_->relay(batch);
  for (const stream::Message& message : batch.messages) history_.note_relayed(message);
}

void Publisher::disconnect(hub::Selection which) {
  streams_->disconnect(which);
}

}  // namespace push::delivery
