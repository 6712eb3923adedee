// One connection that speaks HTTP/1.1: reads a request's header, passes it on, reads the body if the handler asks for
// it, writes the answer, and repeats. Lives on one loop; the loop's session table and a pending wait hold it. Between
// two requests it has no buffer and no parser, only a wait for readiness. When it becomes a stream its descriptor moves
// to the connection table and the session ends.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/minimum_rate.hpp"
#include "net/refusal.hpp"
#include "net/request.hpp"
#include "net/session_context.hpp"
#include "net/wire.hpp"
#include "push/net/http.hpp"

namespace push::net {

class HttpSession final : public Wire::Waiter, public std::enable_shared_from_this<HttpSession> {
 public:
  // context and handler outlive the session; gate is null on listeners without streams.
  HttpSession(SessionContext& context, std::uint64_t id, std::unique_ptr<Wire> wire, std::string peer,
              RequestHandler& handler, StreamGate* gate);
  ~HttpSession();

  void start();
  void answer(Response response);
  void read_body(BodyLimit limit, std::shared_ptr<BodyReceiver> receiver);
  void stream(const Request& request, const Admission& admission);
  // The request in progress asks to be told when its peer has left.
  void watch(Departed departed) {
    if (state_ == State::handling) request_->departed = std::move(departed);
  }
  // Called by the loop once per second.
  void check_deadline();
  // The loop's second since which it waits for a request, for the rest of one that is decided or nobody's, or for a
  // stranger who reads slowly; empty if for none of them, or if it began to wait only just now.
  std::optional<unsigned> idle_since() const;
  // Sockets run short: ends such a session.
  void give_way() { close(); }
  bool is_writing() const { return state_ == State::writing; }
  // Shutdown: an idle session ends now, a busy one after its answer.
  void drain();
  void abort() { close(); }

  void on_ready(Wire::Direction direction) override;
  // After SessionOwner::may_read().
  void on_turn();

 private:
  static constexpr std::size_t kUncharged = 4096;      // of a header or a body: too little for a budget
  static constexpr std::size_t kDiscard = 256 * 1024;  // of a body that nobody wants, before the connection ends

  using Progress = RequestReader::Progress;
  // Up to reading_body, input is parsed. discarding: the rest of a body that nobody wants, after the answer.
  enum class State : std::uint8_t {
    idle,
    reading_header,
    reading_body,
    handling,
    writing,
    discarding,
    lingering,
    closed
  };
  // A body that the handler has asked for.
  struct Upload {
    BodyLimit limit;
    std::shared_ptr<BodyReceiver> receiver;
    MinimumRate rate{};
  };
  // The part of an answer, or of a `100 Continue`, that the socket did not accept at once.
  struct Unsent {
    std::string head;
    core::Slice body;
    std::size_t written = 0;  // bytes of the answer accepted by the kernel
    std::size_t taken = 0;    // of these, bytes acknowledged by the peer
    MinimumRate rate{};
  };

  bool is_reading() const { return state_ <= State::reading_body; }
  bool is_between_requests() const {
    return state_ == State::idle || (state_ == State::reading_header && request_ == nullptr);
  }
  // While the request is answered: some of its body has not arrived, and will be discarded.
  bool has_rest_of_body() const { return request_ != nullptr && !request_->reader.decoder().is_done(); }
  bool wants_input() const;
  void read();
  std::size_t read_size() const;
  void take(std::string_view input);
  // Handles every complete request in the input and keeps the rest.
  void parse(std::string_view input);
  // Both consume the input, or keep it for the next time and leave none.
  void parse_header(std::string_view& input);
  void parse_body(std::string_view& input);
  void begin_request();
  void handle(std::string_view& input);
  void keep(std::string_view& input);
  // May refuse the request.
  void charge_header();
  // False: refused.
  bool admit_body();
  void send_continue();
  void hand_over_body();
  void discard(std::string_view input);
  Response response_to(const Rejection& rejection) const;
  // The answer to bytes that are no request, or too slow; the connection ends.
  void reject(const Rejection& rejection);
  // The answer to a body that is not taken; what remains of it is discarded.
  void refuse(const Rejection& rejection);
  void write(Response response);
  void write_more();
  void on_written();
  void next_request();
  void start(MinimumRate& rate) const;
  bool is_too_slow();  // once per second, while a body is read or an answer is written
  void linger();       // after the last answer: closes our side and discards input, so that no reset overtakes it
  void close();
  void wait(Wire::Direction direction);
  void stopped(Wire::Outcome outcome);  // no byte was transferred: waits for what the wire wants, or closes
  // Bytes behind the handshake, which a client must not send before the answer.
  bool has_early_data(const Request& request) const;
  // Of an upgrade, and of a plain request: empty = it is valid, else the answer.
  std::optional<Response> check_handshake(const Request& request, const Admission& admission) const;
  std::optional<Response> check_request(const Request& request, const Admission& admission) const;
  void enter(State state);
  unsigned time_limit() const;  // of the present state in seconds; 0 = none, or its rate decides
  void note_departure();

  SessionContext& context_;
  const std::uint64_t id_;
  const std::unique_ptr<Wire> wire_;
  const std::string peer_;
  core::Line line_;  // its peer's, then that of whoever sent the last request
  RequestHandler& handler_;
  StreamGate* const gate_;
  std::shared_ptr<Request::Impl> request_;  // from its first byte until it is answered, or its body discarded
  std::unique_ptr<Upload> upload_;          // only in State::reading_body
  std::string rest_;                        // bytes read but not parsed yet, from rest_at_ on
  std::unique_ptr<Unsent> unsent_;
  std::uint32_t rest_at_ = 0;
  std::uint32_t discarded_ = 0;  // bytes of a body, or since our side was closed
  unsigned since_ = 0;           // the loop's second in which the state began
  State state_ = State::reading_header;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool head_ = false;  // HEAD: the answer has no body
  bool draining_ = false;
  bool in_line_ = false;  // between may_read() and on_turn()
  bool parsing_ = false;  // an answer given inside handle() does not recurse
  bool waiting_to_read_ = false;
  bool waiting_to_write_ = false;
};

}  // namespace push::net
