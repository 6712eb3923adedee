#include "push/delivery/publisher.hpp"

#include <string>
#include <utility>

#include "push/model/json.hpp"
#include "push/websocket/frame.hpp"

namespace push::delivery {
namespace {

constexpr std::string_view kNewline = "\n";  // every stream frame ends in one, the HTTP answer does not (gotify-spec 3)

// The answer is the frame's payload without its newline: the JSON is printed and kept once.
core::Slice answer_in(const core::Bytes& frame) {
  const std::string_view payload = websocket::payload_of(frame.view());
  return {frame, payload.substr(0, payload.size() - kNewline.size())};
}

}  // namespace

Publisher::Publisher(store::Store& store, hub::Hub& hub, hub::Courier& courier, cluster::Backplane& backplane,
                     metrics::Registry& metrics, std::size_t limit)
    : store_(store),
      hub_(hub),
      courier_(courier),
      backplane_(backplane),
      limit_(limit),
      stored_(metrics.counter("push_messages_stored_total", "Messages committed and answered with 200.")),
      refused_(metrics.counter("push_messages_refused_total", "Messages not stored: queue full or database failure.")) {
}

core::Result<void> Publisher::submit(core::UserId user, store::NewMessage message, Receipt receipt) {
  if (const std::size_t behind = courier_.backlog(); behind >= limit_) {
    refused_.add();
    return core::failure(core::ErrorCode::unavailable,
                         "delivery is behind: " + std::to_string(behind) + " frames wait for a loop");
  }
  auto queued = store_.append(std::move(message),
                              [this, user, receipt = std::move(receipt)](core::Result<model::Message> stored) mutable {
                                if (stored) return committed(user, *stored, receipt);
                                refused_.add();
                                receipt(std::move(stored).error());
                              });
  if (!queued) refused_.add();
  return queued;
}

void Publisher::committed(core::UserId user, const model::Message& message, Receipt& receipt) {
  json_.clear();
  model::append_json(json_, message);
  const core::Bytes frame = websocket::text_frame(json_, kNewline);
  stored_.add();
  hub_.publish(user, frame, courier_);
  backplane_.announce(user, frame);
  receipt(answer_in(frame));
}

core::Result<void> Publisher::delete_message(core::UserId user, core::MessageId id) {
  return store_.delete_message(user, id);
}

core::Result<void> Publisher::delete_messages(core::UserId user, store::Store::Purged done) {
  return store_.delete_messages(user, std::move(done));
}

core::Result<void> Publisher::delete_messages(core::ApplicationId application, store::Store::Purged done) {
  return store_.delete_messages(application, std::move(done));
}

void Publisher::on_remote(core::UserId user, const core::Bytes& frame) {
  hub_.publish(user, frame, courier_);
}

void Publisher::disconnect(hub::Key key) {
  hub_.disconnect(key, courier_);
}

}  // namespace push::delivery
