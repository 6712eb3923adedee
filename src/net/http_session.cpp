#include "net/http_session.hpp"

#include <linux/sockios.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/rfc7230.hpp>
#include <utility>

#include "net/loop.hpp"
#include "net/response_text.hpp"
#include "push/websocket/handshake.hpp"

namespace push::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::size_t kFirstRead = 2048;      // most requests fit; as much is free of charge
constexpr std::size_t kBodyRead = 64 * 1024;  // a system call's price is small against this
constexpr std::size_t kWrite = 64 * 1024;     // at once, of an answer that the socket did not take whole
constexpr unsigned kLinger = 2;               // seconds
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

HttpSession::HttpSession(Loop& loop, std::uint64_t id, Socket socket, std::string peer, RequestHandler& handler,
                         StreamGate* gate)
    : loop_(loop), id_(id), socket_(std::move(socket)), peer_(std::move(peer)), handler_(handler), gate_(gate) {
  loop_.shared().http_meters.sessions.add(1);
}

HttpSession::~HttpSession() {
  loop_.shared().http_meters.sessions.add(-1);
}

void HttpSession::start() {
  error_code error;
  socket_.non_blocking(true, error);
  next_request();
  set_deadline(loop_.shared().settings.http.headertimeoutseconds);
  state_ = State::reading_header;
  read();
}

void HttpSession::next_request() {
  const config::Http& limits = loop_.shared().settings.http;
  parser_.emplace();
  charge_ = RequestCharge(loop_.shared().budget);
  parser_->header_limit(static_cast<std::uint32_t>(limits.headerlimit));
  parser_->body_limit(limits.bodylimit);
  parser_->eager(true);
  state_ = State::idle;
  set_deadline(limits.idletimeoutseconds);
}

void HttpSession::set_deadline(unsigned seconds) {
  deadline_ = seconds == 0 ? 0 : loop_.seconds() + seconds;
}

void HttpSession::read() {
  if (reading_) return;
  reading_ = true;
  std::size_t size = kFirstRead;
  if (state_ == State::reading_body) size = std::clamp(parser_->get().body().size(), kFirstRead, kBodyRead);
  socket_.async_read_some(buffer_.prepare(size), [self = shared_from_this()](error_code error, std::size_t bytes) {
    self->on_read(error, bytes);
  });
}

void HttpSession::on_read(error_code error, std::size_t bytes) {
  reading_ = false;
  if (state_ == State::closed) return;
  if (error) return close();
  if (state_ == State::lingering) return read();
  if (state_ == State::writing) return;  // refused for being slow: what comes now is late
  buffer_.commit(bytes);
  if (state_ == State::idle) {
    state_ = State::reading_header;
    set_deadline(loop_.shared().settings.http.headertimeoutseconds);
  }
  parse();
}

void HttpSession::parse() {
  if (parsing_) return;  // an answer inside handle(): the loop below goes on
  parsing_ = true;
  while (state_ == State::idle || state_ == State::reading_header || state_ == State::reading_body) {
    if (!parse_some()) break;
    handle();
  }
  parsing_ = false;
  if (state_ == State::idle || state_ == State::reading_header || state_ == State::reading_body) read();
}

bool HttpSession::parse_some() {
  while (!parser_->is_done()) {
    if (buffer_.size() == 0) return false;
    if (state_ == State::idle) {
      state_ = State::reading_header;
      set_deadline(loop_.shared().settings.http.headertimeoutseconds);
    }
    error_code error;
    const std::size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error && error != http::error::need_more) {
      reject(error);
      return false;
    }
    if (state_ == State::reading_header && parser_->is_header_done() && !on_header()) return false;
    if (!charge()) return false;
    if (error == http::error::need_more) return false;
  }
  return true;
}

bool HttpSession::charge() {
  const std::size_t holds = parser_->get().body().capacity() + buffer_.capacity();
  if (holds <= 2 * kFirstRead || charge_.grow_to(holds)) return true;
  refuse_for_memory();
  return false;
}

void HttpSession::refuse_for_memory() {
  loop_.shared().http_meters.no_memory.add();
  reject(503, "too many large requests are being received");
}

bool HttpSession::on_header() {
  state_ = State::reading_body;
  set_deadline(loop_.shared().settings.http.bodytimeoutseconds);
  const auto& message = parser_->get();
  const auto length = parser_->content_length();
  if (length && *length > loop_.shared().settings.http.bodylimit) {
    reject(413, "request body is larger than " + std::to_string(loop_.shared().settings.http.bodylimit) + " bytes");
    return false;
  }
  if (length && *length > kFirstRead && *length > loop_.shared().budget.free()) {
    refuse_for_memory();
    return false;
  }
  const auto expect = message.find(http::field::expect);
  if (expect != message.end() && !parser_->is_done() && boost::beast::iequals(expect->value(), "100-continue")) {
    error_code error;  // 25 bytes into an idle socket: it takes them whole or is gone
    socket_.write_some(asio::buffer(kContinue), error);
  }
  return true;
}

void HttpSession::handle() {
  loop_.shared().http_meters.requests.add();
  state_ = State::handling;
  deadline_ = 0;
  auto impl = std::make_unique<Request::Impl>(Request::Impl{parser_->release(), peer_, std::move(charge_)});
  free_buffer();
  keep_alive_ = impl->message.keep_alive() && !draining_;
  http_1_0_ = impl->message.version() < 11;
  head_ = impl->message.method() == http::verb::head;
  handler_.handle(Request(std::move(impl)), Reply(loop_, id_));
}

void HttpSession::answer(Response response) {
  if (state_ != State::handling) return;
  response_ = std::move(response);
  write();
}

void HttpSession::write() {
  state_ = State::writing;
  if (response_.close || draining_) keep_alive_ = false;
  set_deadline(loop_.shared().settings.http.bodytimeoutseconds);
  written_ = taken_ = 0;
  out_.clear();
  append_head(out_, response_, {!keep_alive_, http_1_0_});
  const std::string_view body = head_ ? std::string_view() : response_.body.view;
  const std::array<asio::const_buffer, 2> buffers = {asio::buffer(out_), asio::buffer(body.data(), body.size())};
  error_code error;
  std::size_t sent = socket_.write_some(buffers, error);
  if (error == asio::error::would_block) {
    error = {};
    sent = 0;
  }
  written_ = sent;
  if (error || sent == out_.size() + body.size()) return on_written(error);
  std::array<asio::const_buffer, 2> rest = buffers;
  for (asio::const_buffer& buffer : rest) {
    const std::size_t done = std::min(sent, buffer.size());
    buffer += done;
    sent -= done;
  }
  const auto progress = [this, at_once = written_](const error_code& failed, std::size_t more) -> std::size_t {
    written_ = at_once + more;
    return failed ? 0 : kWrite;
  };
  asio::async_write(socket_, rest, progress,
                    [self = shared_from_this()](error_code failed, std::size_t) { self->on_written(failed); });
}

bool HttpSession::is_taking() {
  int waiting = 0;  // with the kernel, and not with the peer
  if (::ioctl(socket_.native_handle(), SIOCOUTQ, &waiting) != 0) return false;
  const std::size_t taken = written_ - std::min(written_, static_cast<std::size_t>(waiting));
  return std::exchange(taken_, std::max(taken_, taken)) < taken;
}

void HttpSession::on_written(error_code error) {
  if (state_ == State::closed) return;
  response_ = Response();
  if (!error && rejected_) return linger();
  if (error || !keep_alive_) return close();
  next_request();
  parse();
}

void HttpSession::reject(error_code error) {
  if (error == http::error::header_limit) return reject(431, "request header is too large");
  if (error == http::error::body_limit) {
    return reject(413,
                  "request body is larger than " + std::to_string(loop_.shared().settings.http.bodylimit) + " bytes");
  }
  reject(400, "malformed HTTP request: " + error.message());
}

void HttpSession::reject(unsigned status, std::string_view reason) {
  loop_.shared().http_meters.rejected.add();
  parser_.reset();
  charge_ = RequestCharge();
  free_buffer();
  response_ = handler_.reject(status, reason);
  response_.close = true;
  rejected_ = true;
  head_ = false;
  write();
}

void HttpSession::linger() {
  state_ = State::lingering;
  set_deadline(kLinger);
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  read();
}

std::optional<Response> HttpSession::check_handshake(const Request& request, const Admission& admission) const {
  const websocket::Handshake handshake{request.method(), request.header("Connection"), request.header("Upgrade"),
                                       request.header("Sec-WebSocket-Version"), request.header("Sec-WebSocket-Key")};
  if (const auto wrong = websocket::check_upgrade(handshake)) return gate_->refuse(request, admission, 400, *wrong);
  if (http_1_0_)
    return gate_->refuse(request, admission, 400, "websocket: the client speaks HTTP/1.0, a handshake needs HTTP/1.1");
  if (!gate_->allows_origin(request))
    return gate_->refuse(request, admission, 403, "websocket: request origin not allowed by Upgrader.CheckOrigin");
  if (const auto wrong = websocket::check_key(handshake)) return gate_->refuse(request, admission, 400, *wrong);
  if (buffer_.size() > 0)
    return gate_->refuse(request, admission, 400, "websocket: client sent data before handshake is complete");
  return std::nullopt;
}

void HttpSession::stream(const Request& request, const Admission& admission) {
  if (state_ != State::handling) return;
  if (gate_ == nullptr || draining_) {
    keep_alive_ = false;
    return answer(handler_.reject(503, "no streams here"));
  }
  if (!loop_.serves(admission.transport)) {
    return answer(gate_->refuse(request, admission, 400, "stream: this transport is not served"));
  }
  if (auto refusal = check_handshake(request, admission)) {
    if (buffer_.size() > 0) refusal->close = true;
    return answer(std::move(*refusal));
  }
  const std::string greeting = websocket::switching_protocols(request.header("Sec-WebSocket-Key"));
  error_code error;
  const int descriptor = socket_.release(error);
  state_ = State::closed;
  deadline_ = 0;
  const bool adopted = loop_.adopt(descriptor, admission, greeting);
  loop_.forget_session(id_);
  if (adopted) gate_->opened(request, admission);
}

void HttpSession::check_deadline(unsigned now) {
  if (state_ == State::writing && is_taking()) set_deadline(loop_.shared().settings.http.bodytimeoutseconds);
  if (deadline_ == 0 || static_cast<int>(now - deadline_) < 0) return;
  if (state_ == State::reading_header && buffer_.size() == 0) return close();  // it never said a word
  if (state_ == State::lingering) return close();
  loop_.shared().http_meters.timeouts.add();
  if (state_ == State::reading_header || state_ == State::reading_body) return reject(408, "the request took too long");
  close();
}

// Idle sessions are many: none keeps what a large request needed.
void HttpSession::free_buffer() {
  if (!reading_ && buffer_.size() == 0 && buffer_.capacity() > kFirstRead) buffer_.shrink_to_fit();
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
  error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  socket_.close(ignored);
  loop_.shared().sockets.fetch_sub(1, std::memory_order_relaxed);
  loop_.forget_session(id_);
}

}  // namespace push::net
