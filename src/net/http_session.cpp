#include "net/http_session.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/field.hpp>
#include <boost/beast/http/verb.hpp>
#include <utility>

#include "net/request.hpp"
#include "net/response_text.hpp"
#include "push/websocket/handshake.hpp"

namespace push::net {
namespace {

namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kFirstRead = 2048;  // most requests fit; not charged to the budget
constexpr unsigned kReadsAtOnce = 8;      // of a large body, before other sessions get a turn
constexpr unsigned kLinger = 2;           // seconds
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

HttpSession::HttpSession(SessionContext& context, std::uint64_t id, std::unique_ptr<Wire> wire, std::string peer,
                         RequestHandler& handler, StreamGate* gate)
    : context_(context), id_(id), wire_(std::move(wire)), peer_(std::move(peer)), handler_(handler), gate_(gate) {
  context_.meters.sessions.add(1);
}

HttpSession::~HttpSession() {
  context_.meters.sessions.add(-1);
}

void HttpSession::start() {
  set_deadline(context_.limits.headertimeoutseconds);
  wait(Wire::Direction::read);  // not read(): the acceptor has more to accept, and other sessions their turn
}

void HttpSession::set_deadline(unsigned seconds) {
  deadline_ = seconds == 0 ? 0 : context_.seconds + seconds;
}

// ---- waiting

void HttpSession::wait(Wire::Direction direction) {
  bool& waiting = direction == Wire::Direction::read ? waiting_to_read_ : waiting_to_write_;
  if (std::exchange(waiting, true)) return;
  wire_->wait(direction, shared_from_this());
}

void HttpSession::stopped(Wire::Outcome outcome) {
  if (outcome == Wire::Outcome::wants_read) return wait(Wire::Direction::read);
  if (outcome == Wire::Outcome::wants_write) return wait(Wire::Direction::write);
  close();
}

void HttpSession::on_ready(Wire::Direction direction) {
  (direction == Wire::Direction::read ? waiting_to_read_ : waiting_to_write_) = false;
  if (is_reading() || state_ == State::lingering) return read();
  if (state_ == State::writing) write_more();
}

// ---- reading

std::size_t HttpSession::read_size() const {
  if (state_ == State::lingering) return SessionContext::kReadBuffer;
  if (state_ != State::reading_body) return kFirstRead;
  return std::clamp(request_->message().body().size(), kFirstRead, SessionContext::kReadBuffer);
}

void HttpSession::read() {
  for (unsigned i = 0; i < kReadsAtOnce; ++i) {
    const std::span<char> room(context_.read_buffer.get(), read_size());
    const Wire::Result got = wire_->read_some(room);
    if (got.outcome != Wire::Outcome::done) return stopped(got.outcome);
    if (is_reading()) parse({room.data(), got.bytes});
    if (!is_reading() && state_ != State::lingering) return;
    if (got.bytes < room.size()) break;
    // One read of small requests per turn: each may be answered at once, and everybody else on the loop waits.
    if (state_ != State::reading_body && state_ != State::lingering) break;
  }
  wait(Wire::Direction::read);
}

void HttpSession::parse(std::string_view input) {
  if (!rest_.empty()) {
    rest_ += input;
    input = rest_;
  }
  parsing_ = true;
  while (is_reading() && parse_some(input)) {
    keep(input);
    handle();
  }
  parsing_ = false;
}

bool HttpSession::parse_some(std::string_view& input) {
  while (request_ == nullptr || !request_->parser.is_done()) {
    if (input.empty()) {
      keep(input);
      return false;
    }
    if (request_ == nullptr) begin_request();
    error_code error;
    input.remove_prefix(request_->parser.put(boost::asio::buffer(input), error));
    if (error && error != http::error::need_more) {
      reject(error);
      return false;
    }
    if (state_ == State::reading_header && request_->parser.is_header_done() && !on_header()) return false;
    if (error) keep(input);
    if (!charge()) return false;
    if (error) return false;
  }
  return true;
}

void HttpSession::begin_request() {
  request_ = std::make_unique<Request::Impl>();
  request_->peer = peer_;
  request_->charge = RequestCharge(context_.budget);
  request_->parser.header_limit(static_cast<std::uint32_t>(context_.limits.headerlimit));
  request_->parser.body_limit(context_.limits.bodylimit);
  request_->parser.eager(true);
  if (state_ != State::idle) return;
  state_ = State::reading_header;
  set_deadline(context_.limits.headertimeoutseconds);
}

// `input` is the remainder of rest_ or of a shared buffer.
void HttpSession::keep(std::string_view& input) {
  if (input.empty())
    std::string().swap(rest_);  // frees the memory of a large request, because idle sessions are many
  else if (rest_.empty())
    rest_ = input;
  else
    rest_.erase(0, rest_.size() - input.size());
  input = rest_;
}

bool HttpSession::charge() {
  const std::size_t holds = request_->message().body().capacity() + rest_.capacity();
  if (holds <= 2 * kFirstRead || request_->charge.grow_to(holds)) return true;
  reject(Refusal::no_memory);
  return false;
}

bool HttpSession::on_header() {
  state_ = State::reading_body;
  set_deadline(context_.limits.bodytimeoutseconds);
  const Message& message = request_->message();
  const auto length = request_->parser.content_length();
  if (length && *length > context_.limits.bodylimit) {
    reject(Refusal::body_too_large, std::to_string(context_.limits.bodylimit));
    return false;
  }
  if (length && *length > kFirstRead && *length > context_.budget.free()) {
    reject(Refusal::no_memory);
    return false;
  }
  const auto expect = message.find(http::field::expect);
  if (expect != message.end() && !request_->parser.is_done() &&
      boost::beast::iequals(expect->value(), "100-continue")) {
    wire_->write_some(kContinue, {});  // 25 bytes to an idle socket: all are sent, or the connection is broken
  }
  return true;
}

void HttpSession::handle() {
  context_.meters.requests.add();
  state_ = State::handling;
  deadline_ = 0;
  const Message& message = request_->message();
  keep_alive_ = message.keep_alive();
  http_1_0_ = message.version() < 11;
  head_ = message.method() == http::verb::head;
  handler_.handle(Request(std::move(request_)), Reply(context_.replies, id_));
}

// ---- answering

void HttpSession::answer(Response response) {
  if (state_ == State::handling) write(std::move(response));
}

void HttpSession::write(Response response) {
  state_ = State::writing;
  departed_.reset();
  if (response.close || draining_) keep_alive_ = false;
  set_deadline(context_.limits.bodytimeoutseconds);
  std::string& head = context_.head;
  head.clear();
  append_head(head, response, {!keep_alive_, http_1_0_});
  const std::string_view body = head_ ? std::string_view() : response.body.view;
  const Wire::Result sent = wire_->write_some(head, body);
  if (sent.bytes == head.size() + body.size()) return on_written();
  const std::size_t of_head = std::min(sent.bytes, head.size());
  unsent_ = std::make_unique<Unsent>();
  unsent_->head = head.substr(of_head);
  unsent_->body = core::Slice(std::move(response.body.owner), body.substr(sent.bytes - of_head));
  unsent_->written = sent.bytes;
  stopped(sent.outcome == Wire::Outcome::done ? Wire::Outcome::wants_write : sent.outcome);
}

void HttpSession::write_more() {
  const Wire::Result sent = wire_->write_some(unsent_->head, unsent_->body.view);
  const std::size_t of_head = std::min(sent.bytes, unsent_->head.size());
  unsent_->head.erase(0, of_head);
  unsent_->body.view.remove_prefix(sent.bytes - of_head);
  unsent_->written += sent.bytes;
  if (unsent_->head.empty() && unsent_->body.view.empty()) return on_written();
  stopped(sent.outcome == Wire::Outcome::done ? Wire::Outcome::wants_write : sent.outcome);
}

bool HttpSession::is_taking() {
  const auto waiting = wire_->unacknowledged();  // sent to the kernel but not received by the peer
  if (!waiting) return false;
  const std::size_t taken = unsent_->written - std::min(unsent_->written, *waiting);
  return std::exchange(unsent_->taken, std::max(unsent_->taken, taken)) < taken;
}

void HttpSession::on_written() {
  unsent_.reset();
  if (rejected_) return linger();
  if (!keep_alive_ || draining_) return close();
  state_ = State::idle;
  set_deadline(context_.limits.idletimeoutseconds);
  if (parsing_) return;  // answered inside handle(): parse() continues
  if (!rest_.empty()) parse({});
  if (is_reading()) wait(Wire::Direction::read);
}

void HttpSession::reject(error_code error) {
  if (error == http::error::header_limit) return reject(Refusal::header_too_large);
  if (error == http::error::body_limit) {
    return reject(Refusal::body_too_large, std::to_string(context_.limits.bodylimit));
  }
  reject(Refusal::malformed, error.message());
}

void HttpSession::reject(Refusal refusal, std::string_view detail) {
  context_.meters.rejected.add();
  if (refusal == Refusal::no_memory) context_.meters.no_memory.add();
  request_.reset();
  std::string().swap(rest_);
  Response response = handler_.reject(status_of(refusal), reason_of(refusal, detail));
  response.close = true;
  rejected_ = true;
  head_ = false;
  write(std::move(response));
}

void HttpSession::linger() {
  state_ = State::lingering;
  set_deadline(kLinger);
  wire_->shutdown();
  wait(Wire::Direction::read);
}

// ---- the upgrade

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
  if (!rest_.empty()) return refuse(Refusal::early_data);
  return std::nullopt;
}

void HttpSession::stream(const Request& request, const Admission& admission) {
  if (state_ != State::handling) return;
  if (gate_ == nullptr || draining_) {
    keep_alive_ = false;
    return answer(handler_.reject(status_of(Refusal::no_streams), reason_of(Refusal::no_streams)));
  }
  if (!context_.owner.serves(admission.transport)) {
    return answer(gate_->refuse(request, admission, status_of(Refusal::unserved_transport),
                                reason_of(Refusal::unserved_transport)));
  }
  if (auto refusal = check_handshake(request, admission)) {
    if (!rest_.empty()) refusal->close = true;
    return answer(std::move(*refusal));
  }
  const std::string greeting = websocket::switching_protocols(request.header("Sec-WebSocket-Key"));
  state_ = State::closed;
  deadline_ = 0;
  if (context_.owner.adopt(id_, wire_->release(), admission, greeting)) gate_->opened(request, admission);
}

// ---- the end

void HttpSession::check_deadline() {
  if (departed_ != nullptr && wire_->peer_has_left()) departed_->store(true, std::memory_order_relaxed);
  if (state_ == State::writing && is_taking()) set_deadline(context_.limits.bodytimeoutseconds);
  if (deadline_ == 0 || static_cast<int>(context_.seconds - deadline_) < 0) return;
  if (state_ == State::reading_header && request_ == nullptr) return close();  // it never sent a byte
  if (state_ == State::lingering) return close();
  context_.meters.timeouts.add();
  if (is_reading() && state_ != State::idle) return reject(Refusal::too_slow);
  close();
}

void HttpSession::drain() {
  draining_ = true;
  if (state_ == State::idle) close();
}

void HttpSession::abort() {
  close();
}

void HttpSession::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  if (departed_ != nullptr) departed_->store(true, std::memory_order_relaxed);
  wire_->close();
  context_.owner.closed(id_);
}

}  // namespace push::net
