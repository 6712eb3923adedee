// How a session becomes a stream.
#include <utility>

#include "net/http_session.hpp"
#include "push/websocket/handshake.hpp"

namespace push::net {

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

void HttpSession::stream(const Request& request, const Admission& admission) {
  if (state_ != State::handling) return;
  if (gate_ == nullptr || draining_) {
    keep_alive_ = false;
    return answer(handler_.reject(request, status_of(Refusal::no_streams), reason_of(Refusal::no_streams)));
  }
  if (!context_.owner.serves(admission.transport)) {
    return answer(gate_->refuse(request, admission, status_of(Refusal::unserved_transport),
                                reason_of(Refusal::unserved_transport)));
  }
  if (auto refusal = check_handshake(request, admission)) {
    if (has_early_data(request)) refusal->close = true;
    return answer(std::move(*refusal));
  }
  const std::string greeting = websocket::switching_protocols(request.header("Sec-WebSocket-Key"));
  state_ = State::closed;
  if (context_.owner.adopt(id_, wire_->release(), admission, greeting)) gate_->opened(request, admission);
}

}  // namespace push::net
