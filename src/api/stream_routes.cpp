#include <string>
#include <utility>

#include "api/context.hpp"
#include "api/respond.hpp"
#include "api/routes.hpp"
#include "api/stream_caps.hpp"
#include "api/stream_request.hpp"

namespace push::api {
namespace {

using Standing = delivery::History::Standing;

constexpr const char* kEpochHeader = "Gotify-Stream-Epoch";

void open(Context& context, net::Admission admission) {
  if (context.stream_caps.are_on()) {
    auto place = context.stream_caps.take(context.user(), context.client_address());
    if (!place) return context.fail(place.error());
    admission.place = *std::move(place);
  }
  admission.user = context.user();
  admission.client = context.principal->client;
  admission.context = context.shared_from_this();  // passed back to the gate
  // A browser's page reads the answer of a plain request, and must be allowed to.
  if (admission.transport != stream::Transport::websocket) {
    for (auto& field : context.headers) admission.headers.push_back(std::move(field));
  }
  context.reply.stream(std::move(context.raw), std::move(admission));
}

// The answer of a poll that cannot be sent what it missed.
net::Response incomplete(core::MessageId head, const std::string& epoch) {
  net::Response answer =
      json("{\"messages\":[],\"cursor\":" + std::to_string(core::value(head)) + ",\"complete\":false}");
  answer.headers.emplace_back(kEpochHeader, epoch);
  return answer;
}

// The first frame of a stream with events. `from`: where it begins.
stream::Message opening(core::UserId user, const Standing& standing, const stream::Cursor& from,
                        const std::string& epoch) {
  const std::string text = "{\"event\":\"open\",\"head\":" + std::to_string(core::value(standing.head)) +
                           ",\"event_id\":" + std::to_string(core::value(from.event)) + ",\"epoch\":\"" + epoch +
                           "\",\"complete\":" + (standing.complete ? "true}" : "false}");
  return stream::Message::event(from, user, text);
}

// Where a request begins: what the client has, or what there was when it asked.
struct Start {
  StreamRequest wanted;
  stream::Cursor seen;
  stream::Cursor now;
};

// Incomplete: nothing is replayed, and the client reads the list of messages again.
void resume(Context& context, const Start& start, const Standing& standing) {
  net::Admission admission;
  admission.transport = start.wanted.transport;
  admission.poll_seconds = start.wanted.timeout;
  admission.events = start.wanted.events;
  const bool is_poll = start.wanted.transport == stream::Transport::poll;
  const std::string epoch = context.services.history.epoch();
  if (is_poll && !standing.complete) return context.finish(incomplete(standing.head, epoch));
  if (start.wanted.resumes) admission.headers.emplace_back(kEpochHeader, epoch);
  if (!is_poll && start.wanted.resumes) {
    admission.headers.emplace_back("Gotify-Stream-Head", std::to_string(core::value(standing.head)));
    admission.headers.emplace_back("Gotify-Stream-Complete", standing.complete ? "true" : "false");
  }
  if (standing.complete) admission.since = start.seen;
  if (start.wanted.events) {
    if (!standing.complete) admission.since = start.now;
    admission.first = opening(context.user(), standing, *admission.since, epoch);
  }
  open(context, std::move(admission));
}

}  // namespace

void open_stream(Context& context) {
  const auto wanted = read_stream_request({.method = context.request.method,
                                           .query = context.request.target.query,
                                           .accept = context.raw.header("Accept"),
                                           .upgrade = context.raw.header("Upgrade"),
                                           .last_event_id = context.raw.header("Last-Event-ID")});
  if (!wanted) return context.fail(wanted.error());
  if (!wanted->resumes && !wanted->events) {
    net::Admission admission;
    admission.transport = wanted->transport;
    return open(context, std::move(admission));
  }
  delivery::History& history = context.services.history;
  Start start{*wanted, {}, history.newest()};
  if (!wanted->events) start.now.event = stream::kNoEvents;
  start.seen = {wanted->seen.value_or(start.now.message), wanted->seen_event.value_or(start.now.event)};
  if (const auto standing = history.recall_standing(context.user(), start.seen, start.wanted.epoch)) {
    return resume(context, start, *standing);
  }
  context.on_worker(
      [start](Context& same) {
        const auto standing = same.services.history.find_standing(same.user(), start.seen, start.wanted.epoch);
        if (!standing) return same.fail(standing.error());
        resume(same, start, *standing);
      },
      Context::Queue::look_ups);
}

}  // namespace push::api
