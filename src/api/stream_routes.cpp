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
net::Response incomplete(core::MessageId head) {
  return json("{\"messages\":[],\"cursor\":" + std::to_string(core::value(head)) + ",\"complete\":false}");
}

// Incomplete: nothing is replayed, and the client reads the list of messages again.
void resume(Context& context, net::Admission admission, core::MessageId seen, const Standing& standing) {
  if (admission.transport == stream::Transport::poll) {
    if (!standing.complete) return context.finish(incomplete(standing.head));
    admission.since = seen;
    return open(context, std::move(admission));
  }
  admission.headers.emplace_back("Gotify-Stream-Head", std::to_string(core::value(standing.head)));
  admission.headers.emplace_back("Gotify-Stream-Complete", standing.complete ? "true" : "false");
  if (standing.complete) admission.since = seen;
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
  net::Admission admission;
  admission.transport = wanted->transport;
  admission.poll_seconds = wanted->timeout;
  if (!wanted->resumes) return open(context, std::move(admission));
  delivery::History& history = context.services.history;
  const core::MessageId seen = wanted->seen.value_or(history.newest());
  if (const auto standing = history.recall_standing(context.user(), seen)) {
    return resume(context, std::move(admission), seen, *standing);
  }
  context.on_worker(
      [admission = std::move(admission), seen](Context& same) mutable {
        const auto standing = same.services.history.find_standing(same.user(), seen);
        if (!standing) return same.fail(standing.error());
        resume(same, std::move(admission), seen, *standing);
      },
      Context::Queue::look_ups);
}

}  // namespace push::api
