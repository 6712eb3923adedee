// How a session becomes a stream.
#include <utility>

#include "net/http_session.hpp"
#include "net/response_text.hpp"
#include "push/websocket/handshake.hpp"

namespace push::net {
namespace {

std::string switching_protocols(const Request& request, const Admission& admission) {
  std::string fields;
  for (const auto& [name, value] : admission.headers) append_field(fields, name, value);
  return websocket::switching_protocols(request.header("Sec-WebSocket-Key"), fields);
}

// The head of an answer that ends with the connection, and what the protocol sends first.
std::string head_of(const Admission& admission, const Protocol& protocol) {
  Response response;
  response.content_type = protocol.content_type();
  response.no_store = true;
  response.headers = admission.headers;
  response.headers.emplace_back("X-Accel-Buffering", "no");  // nginx passes on every message at once
  std::string out;
  append_head(out, response, {.close = true, .endless = true});
  return out.append(protocol.greeting());
}

}  // namespace

bool HttpSession::has_early_data(const Request& request) const {
  return !rest_.empty() || has_rest_of_body() || !request.body().empty();
}

std::optional<Response> HttpSession::check_handshake(const Request& request, const Admission& admission) const {
  const websocket::Handshake handshake{request.method(), request.header("Connection"), request.header("Upgrade"),
                                       request.header("Sec-WebSocket-Version"), request.header("Sec-WebSocket-Key")};
  const auto refuse = [&](Refusal refusal, std::string_view detail = {}) {
    return gate_->refuse(request, admission, status_of(refusal), reason_of(refusal, detail));
  };
  if (const auto wrong = websocket::check_upgrade(handshake)) return refuse(Refusal::bad_handshake, *wrong);
  if (http_1_0_) return refuse(Refusal::old_protocol);
  if (!gate_->allows_origin(request)) return refuse(Refusal::foreign_origin);
  if (const auto wrong = websocket::check_key(handshake)) return refuse(Refusal::bad_handshake, *wrong);
  if (has_early_data(request)) return refuse(Refusal::early_data);
  return std::nullopt;
}

std::optional<Response> HttpSession::check_request(const Request& request, const Admission& admission) const {
  const auto refuse = [&](Refusal refusal) {
    return gate_->refuse(request, admission, status_of(refusal), reason_of(refusal));
  };
  if (!gate_->allows_origin(request)) return refuse(Refusal::foreign_origin);
  if (has_early_data(request)) return refuse(Refusal::early_data);
  return std::nullopt;
}

void HttpSession::stream(const Request& request, const Admission& admission) {
  if (state_ != State::handling) return;
  if (gate_ == nullptr || draining_) {
    keep_alive_ = false;
    return answer(handler_.reject(request, status_of(Refusal::no_streams), reason_of(Refusal::no_streams)));
  }
  const Protocol* const protocol = context_.owner.protocol(admission.transport);
  if (protocol == nullptr) {
    return answer(gate_->refuse(request, admission, status_of(Refusal::unserved_transport),
                                reason_of(Refusal::unserved_transport)));
  }
  const bool upgrades = protocol->content_type().empty();
  if (auto refusal = upgrades ? check_handshake(request, admission) : check_request(request, admission)) {
    if (has_early_data(request)) refusal->close = true;
    return answer(std::move(*refusal));
  }
  std::string greeting;  // a poll has none: its answer comes when it has one
  if (upgrades) {
    greeting = switching_protocols(request, admission);
  } else if (admission.transport != stream::Transport::poll) {
    greeting = head_of(admission, *protocol);
  }
  if (admission.first) greeting += admission.first->encoded(stream::typed(protocol->encoding()));
  state_ = State::closed;
  if (context_.owner.adopt(id_, wire_->release(), admission, greeting)) gate_->opened(request, admission);
}

}  // namespace push::net
