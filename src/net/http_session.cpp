#include "net/http_session.hpp"

#include <algorithm>
#include <boost/beast/http/verb.hpp>
#include <utility>

#include "net/response_text.hpp"

namespace push::net {
namespace {

constexpr std::size_t kFirstRead = 2048;           // most requests fit
constexpr unsigned kReadsAtOnce = 8;               // of a large body, before other sessions get a turn
constexpr std::size_t kLinger = 64 * 1024 * 1024;  // bytes discarded after our side was closed, so that a client that
                                                   // sends before it reads sees the answer
constexpr unsigned kDiscardSeconds = 10;           // for these, and for the rest of a body

}  // namespace

HttpSession::HttpSession(SessionContext& context, std::uint64_t id, std::unique_ptr<Wire> wire, std::string peer,
                         RequestHandler& handler, StreamGate* gate)
    : context_(context),
      id_(id),
      wire_(std::move(wire)),
      peer_(std::move(peer)),
      line_(core::line_of(core::Address::parse(peer_))),
      handler_(handler),
      gate_(gate) {
  context_.meters.sessions.add(1);
}

HttpSession::~HttpSession() {
  context_.meters.sessions.add(-1);
}

void HttpSession::start() {
  enter(State::reading_header);
  wait(Wire::Direction::read);  // not read(): the acceptor has more to accept, and other sessions their turn
}

void HttpSession::enter(State state) {
  state_ = state;
  since_ = context_.seconds;
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
  if (state_ == State::closed) return;
  const bool for_body = direction == Wire::Direction::read && has_rest_of_body();
  if (unsent_ != nullptr && !for_body) return write_more();
  in_line_ = is_between_requests() && !context_.owner.may_read(id_, line_);
  if (!in_line_) on_turn();
}

void HttpSession::on_turn() {
  in_line_ = false;
  if (wants_input()) read();
}

// ---- reading

bool HttpSession::wants_input() const {
  if (state_ == State::writing) return has_rest_of_body();  // a client may send all of it before it reads
  return is_reading() || state_ == State::discarding || state_ == State::lingering;
}

// Never much beyond the end of a body: what follows it is not charged.
std::size_t HttpSession::read_size() const {
  if (state_ == State::lingering) return SessionContext::kReadBuffer;
  if (request_ == nullptr) return kFirstRead;
  const std::uint64_t remaining = request_->reader.decoder().remaining();
  return std::clamp<std::uint64_t>(remaining, kFirstRead, SessionContext::kReadBuffer);
}

void HttpSession::read() {
  for (unsigned i = 0; i < kReadsAtOnce; ++i) {
    const std::span<char> room(context_.read_buffer.get(), read_size());
    const Wire::Result got = wire_->read_some(room);
    // The peer may stop sending before the end of a body that nobody wants, and still read the answer.
    if (got.outcome == Wire::Outcome::end && state_ == State::writing) return request_.reset();
    if (got.outcome == Wire::Outcome::end && state_ == State::reading_body) {
      return reject({Refusal::malformed, "the connection ended within the body"});
    }
    if (got.outcome != Wire::Outcome::done) return stopped(got.outcome);
    take({room.data(), got.bytes});
    if (!wants_input()) return;
    if (got.bytes < room.size()) break;
    // One read of small requests per turn: each may be answered at once, and everybody else on the loop waits.
    if (state_ == State::idle || state_ == State::reading_header) break;
  }
  wait(Wire::Direction::read);
}

void HttpSession::take(std::string_view input) {
  if (is_reading()) return parse(input);
  if (state_ != State::lingering) return discard(input);
  discarded_ += static_cast<std::uint32_t>(input.size());
  if (discarded_ > kLinger) close();
}

void HttpSession::parse(std::string_view input) {
  if (!rest_.empty()) {
    if (!input.empty()) {
      rest_.erase(0, std::exchange(rest_at_, 0));
      rest_ += input;
    }
    input = std::string_view(rest_).substr(rest_at_);
  }
  parsing_ = true;
  while (is_reading() && !input.empty()) {
    if (state_ == State::reading_body)
      parse_body(input);
    else
      parse_header(input);
  }
  parsing_ = false;
}

void HttpSession::parse_header(std::string_view& input) {
  if (request_ == nullptr) {
    RequestReader::skip_empty_lines(input);
    if (input.empty()) return keep(input);
    begin_request();
  }
  switch (request_->reader.read_header(input, context_.limits.headerlimit)) {
    case Progress::incomplete:
      keep(input);
      input = {};
      charge_header();
      return;
    case Progress::complete:
      return handle(input);
    case Progress::refused:
      return reject(request_->reader.rejection());
  }
}

void HttpSession::begin_request() {
  request_ = std::make_shared<Request::Impl>();
  request_->peer = peer_;
  if (state_ == State::idle) enter(State::reading_header);
}

// `input` is the remainder of rest_ or of a shared buffer.
void HttpSession::keep(std::string_view& input) {
  if (input.empty()) {
    std::string().swap(rest_);  // frees the memory of a large request, because idle sessions are many
    rest_at_ = 0;
  } else if (rest_.empty()) {
    rest_ = input;
  } else {
    rest_at_ = static_cast<std::uint32_t>(rest_.size() - input.size());
  }
  input = std::string_view(rest_).substr(rest_at_);
}

void HttpSession::charge_header() {
  if (rest_.capacity() <= kUncharged) return;
  RequestCharge& charge = request_->header_charge;
  if (!charge) charge = RequestCharge(context_.strangers, line_);
  if (!charge.grow_to(rest_.capacity())) reject({Refusal::no_memory});
}

// The header is complete, and as much of the body as came with it is read.
void HttpSession::handle(std::string_view& input) {
  RequestReader& reader = request_->reader;
  const Progress progress = reader.read_body(input);
  if (progress == Progress::refused) return reject(reader.rejection());
  context_.meters.requests.add();
  enter(State::handling);
  keep_alive_ = reader.keep_alive();
  http_1_0_ = reader.header().version() < 11;
  head_ = reader.header().method() == boost::beast::http::verb::head;
  Request request(request_);
  request_->complete = progress == Progress::complete;
  keep(input);
  handler_.handle(std::move(request), Reply(context_.replies, id_));
  input = std::string_view(rest_).substr(rest_at_);
}

// ---- answering

void HttpSession::answer(Response response) {
  if (state_ == State::handling) write(std::move(response));
}

void HttpSession::write(Response response) {
  enter(State::writing);
  if (request_ != nullptr) request_->departed.reset();
  if (response.close || draining_) keep_alive_ = false;
  if (response.line != core::Line{}) line_ = response.line;
  if (!has_rest_of_body()) {
    request_.reset();
  } else {
    const RequestReader& reader = request_->reader;
    // A client that waits for `100 Continue` may send the body or not: what follows could be either.
    if (reader.expects_continue() || reader.decoder().remaining() > kDiscard) keep_alive_ = false;
    request_->reader.drop_body();
    request_->body_charge = RequestCharge();
    discarded_ = 0;
  }
  std::string& head = context_.head;
  head.clear();
  if (unsent_ != nullptr) head = unsent_->head;  // the end of a `100 Continue`
  unsent_.reset();
  append_head(head, response, {!keep_alive_, http_1_0_});
  const std::string_view body = head_ ? std::string_view() : response.body.view;
  const Wire::Result sent = wire_->write_some(head, body);
  if (sent.bytes == head.size() + body.size()) return on_written();
  const std::size_t of_head = std::min(sent.bytes, head.size());
  unsent_ = std::make_unique<Unsent>();
  unsent_->head = head.substr(of_head);
  unsent_->body = core::Slice(std::move(response.body.owner), body.substr(sent.bytes - of_head));
  unsent_->written = sent.bytes;
  start(unsent_->rate);
  if (has_rest_of_body()) wait(Wire::Direction::read);
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

void HttpSession::on_written() {
  unsent_.reset();
  if (state_ != State::writing) return;  // it was a `100 Continue`
  if (draining_ && !has_rest_of_body()) return close();
  if (!keep_alive_) return linger();
  if (!has_rest_of_body()) return next_request();
  enter(State::discarding);
  if (!parsing_) wait(Wire::Direction::read);
}

void HttpSession::next_request() {
  enter(State::idle);
  if (parsing_) return;  // answered inside handle(): parse() continues
  if (!rest_.empty()) parse({});
  if (wants_input()) wait(Wire::Direction::read);
}

Response HttpSession::response_to(const Rejection& rejection) const {
  context_.meters.rejected.add();
  if (rejection.refusal == Refusal::no_memory) context_.meters.no_memory.add();
  const std::string reason = reason_of(rejection.refusal, rejection.detail);
  return handler_.reject(Request(request_), status_of(rejection.refusal), reason);
}

void HttpSession::reject(const Rejection& rejection) {
  Response response = response_to(rejection);
  request_.reset();
  upload_.reset();
  std::string().swap(rest_);
  rest_at_ = 0;
  keep_alive_ = false;
  head_ = false;
  write(std::move(response));
}

void HttpSession::refuse(const Rejection& rejection) {
  upload_.reset();
  write(response_to(rejection));
}

void HttpSession::linger() {
  enter(State::lingering);
  request_.reset();
  discarded_ = 0;
  wire_->shutdown();
  wait(Wire::Direction::read);
}

// ---- the end

void HttpSession::start(MinimumRate& rate) const {
  rate.start(context_.limits.minimumrate, context_.limits.bodytimeoutseconds);
}

bool HttpSession::is_too_slow() {
  if (state_ == State::reading_body) return !upload_->rate.pass_second(context_.limits.minimumrate);
  if (const auto waiting = wire_->unacknowledged()) {  // sent to the kernel but not received by the peer
    const std::size_t taken = unsent_->written - std::min(unsent_->written, *waiting);
    const std::size_t before = std::exchange(unsent_->taken, std::max(unsent_->taken, taken));
    unsent_->rate.moved(unsent_->taken - before);
  }
  return !unsent_->rate.pass_second(context_.limits.minimumrate);
}

unsigned HttpSession::time_limit() const {
  switch (state_) {
    case State::idle:
      return context_.limits.idletimeoutseconds;
    case State::reading_header:
      return context_.limits.headertimeoutseconds;
    case State::discarding:
    case State::lingering:
      return kDiscardSeconds;
    case State::reading_body:
    case State::writing:
    case State::handling:
    case State::closed:
      break;
  }
  return 0;
}

void HttpSession::check_deadline() {
  if (state_ == State::handling && request_->departed != nullptr && wire_->peer_has_left()) note_departure();
  if (state_ == State::reading_body || state_ == State::writing) {
    if (!is_too_slow()) return;
    context_.meters.timeouts.add();
    return state_ == State::writing ? close() : reject({Refusal::too_slow});
  }
  if (in_line_) return;  // it has sent a request, which is not read yet
  const unsigned limit = time_limit();
  if (limit == 0 || context_.seconds - since_ < limit) return;
  if (state_ == State::reading_header && request_ == nullptr) return close();  // it never sent a byte
  if (state_ == State::lingering || state_ == State::discarding) return close();
  context_.meters.timeouts.add();
  if (state_ == State::reading_header) return reject({Refusal::too_slow});
  close();
}

void HttpSession::note_departure() {
  if (request_ != nullptr && request_->departed != nullptr) request_->departed->store(true, std::memory_order_relaxed);
}

std::optional<unsigned> HttpSession::idle_since() const {
  if (in_line_) return std::nullopt;
  if (state_ == State::idle) return since_;
  const bool known = (state_ == State::reading_body && upload_->limit.line != core::Line{}) ||
                     (state_ == State::writing && !core::is_stranger(line_));
  if (known || state_ == State::handling || state_ == State::closed) return std::nullopt;
  if (since_ == context_.seconds) return std::nullopt;  // it may end yet, or read its answer
  return since_;
}

void HttpSession::drain() {
  draining_ = true;
  keep_alive_ = false;
  if (state_ == State::idle) close();
}

void HttpSession::close() {
  if (state_ == State::closed) return;
  state_ = State::closed;
  note_departure();
  wire_->close();
  context_.owner.closed(id_);
}

}  // namespace push::net
