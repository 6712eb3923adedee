// How a session reads a request's body, or discards it.
#include <utility>

#include "net/http_session.hpp"

namespace push::net {
namespace {

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

void HttpSession::read_body(BodyLimit limit, std::shared_ptr<BodyReceiver> receiver) {
  if (state_ != State::handling) return;
  enter(State::reading_body);
  upload_ = std::make_unique<Upload>(Upload{limit, std::move(receiver)});
  const bool known = limit.line != core::Line{};
  request_->body_charge = known ? RequestCharge(context_.budget, limit.line)
                                : RequestCharge(context_.strangers, core::line_of(core::Address::parse(peer_)));
  if (!admit_body()) return;
  const std::uint64_t announced = request_->reader.decoder().remaining();
  if (announced > kUncharged && !request_->body_charge.has_room_for(announced)) return refuse({Refusal::no_memory});
  if (request_->reader.take_expectation()) send_continue();
  start(upload_->rate);
  if (request_->complete) return hand_over_body();
  if (!parsing_) wait(Wire::Direction::read);
}

// The peer may not have read the previous answers yet, so the socket may be full.
void HttpSession::send_continue() {
  const Wire::Result sent = wire_->write_some(kContinue, {});
  if (sent.bytes == kContinue.size()) return;
  unsent_ = std::make_unique<Unsent>();
  unsent_->head = kContinue.substr(sent.bytes);
  wait(Wire::Direction::write);
}

void HttpSession::parse_body(std::string_view& input) {
  upload_->rate.moved(input.size());
  const Progress progress = request_->reader.read_body(input);
  if (progress == Progress::refused) return reject(request_->reader.rejection());
  keep(input);
  if (!admit_body()) return;
  if (progress == Progress::complete) hand_over_body();
  input = std::string_view(rest_).substr(rest_at_);
}

bool HttpSession::admit_body() {
  const RequestReader& reader = request_->reader;
  const BodyLimit& limit = upload_->limit;
  const std::size_t size = reader.body().size();
  const std::uint64_t remaining = reader.decoder().remaining();
  if (size > limit.bytes || remaining > limit.bytes - size) {
    std::string detail = std::to_string(limit.bytes) + " bytes";
    if (!limit.key.empty()) detail += " (" + std::string(limit.key) + ")";
    refuse({Refusal::body_too_large, std::move(detail)});
    return false;
  }
  const std::size_t holds = reader.capacity();
  if (holds <= kUncharged || request_->body_charge.grow_to(holds)) return true;
  refuse({Refusal::no_memory});
  return false;
}

void HttpSession::hand_over_body() {
  const std::unique_ptr<Upload> upload = std::move(upload_);
  enter(State::handling);
  request_->complete = true;
  upload->receiver->on_body(Reply(context_.replies, id_));
}

void HttpSession::discard(std::string_view input) {
  discarded_ += static_cast<std::uint32_t>(input.size());
  const Progress progress = request_->reader.skip_body(input);
  if (progress == Progress::incomplete && discarded_ <= kDiscard) return;
  request_.reset();
  if (progress != Progress::complete) keep_alive_ = false;
  if (keep_alive_) keep(input);
  if (state_ == State::discarding) keep_alive_ ? next_request() : linger();
}

}  // namespace push::net
