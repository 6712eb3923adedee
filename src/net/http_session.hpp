// One connection that speaks HTTP/1.1: reads a request, passes it on, writes the answer, and repeats. Lives on one
// loop; the loop's session table and a pending wait hold it. Between two requests it has no buffer and no parser, only
// a wait for readiness. When it becomes a stream its descriptor moves to the connection table and the session ends.
#pragma once
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/refusal.hpp"
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
  void stream(const Request& request, const Admission& admission);
  // The request in progress asks to be told when its peer has left.
  void watch(Departed departed) { departed_ = std::move(departed); }
  // Until which loop second it waits for its next request; empty: it is busy.
  std::optional<unsigned> idle_until() const { return state_ == State::idle ? std::optional(deadline_) : std::nullopt; }
  // Called by the loop once per second.
  void check_deadline();
  // Shutdown: an idle session ends now, a busy one after its answer.
  void drain();
  void abort();

  void on_ready(Wire::Direction direction) override;

 private:
  enum class State : std::uint8_t { idle, reading_header, reading_body, handling, writing, lingering, closed };
  // The part of the answer that the socket did not accept at once.
  struct Unsent {
    std::string head;
    core::Slice body;
    std::size_t written = 0;  // bytes of the answer accepted by the kernel
    std::size_t taken = 0;    // of these, bytes acknowledged by the peer
  };

  bool is_reading() const { return state_ <= State::reading_body; }
  void read();
  std::size_t read_size() const;
  // Handles every complete request in the input and keeps the rest.
  void parse(std::string_view input);
  // True: a request is complete. False: it needs more bytes, or was refused.
  bool parse_some(std::string_view& input);
  void begin_request();
  bool on_header();  // false: refused
  bool charge();     // false: refused, the budget has no room for more of this request
  void keep(std::string_view& input);
  void handle();
  void reject(boost::system::error_code error);
  void reject(Refusal refusal, std::string_view detail = {});
  void write(Response response);
  void write_more();
  void on_written();
  bool is_taking();  // the peer has received some of the answer since the last call
  void linger();     // our side is closed; discards input, so that no reset overtakes the answer
  void close();
  void wait(Wire::Direction direction);
  void stopped(Wire::Outcome outcome);  // no byte was transferred: waits for what the wire wants, or closes
  // Empty = the handshake is valid, else the answer.
  std::optional<Response> check_handshake(const Request& request, const Admission& admission) const;
  void set_deadline(unsigned seconds);

  SessionContext& context_;
  const std::uint64_t id_;
  const std::unique_ptr<Wire> wire_;
  const std::string peer_;
  RequestHandler& handler_;
  StreamGate* const gate_;
  std::unique_ptr<Request::Impl> request_;  // being read; empty before its first byte
  std::string rest_;                        // bytes read but not parsed yet
  std::unique_ptr<Unsent> unsent_;
  Departed departed_;      // of the request in progress, empty = nobody asks
  unsigned deadline_ = 0;  // loop second; 0 = none
  State state_ = State::reading_header;
  bool keep_alive_ = true;
  bool http_1_0_ = false;
  bool head_ = false;      // HEAD: the answer has no body
  bool rejected_ = false;  // the rest of the input will not be read
  bool draining_ = false;
  bool parsing_ = false;  // an answer given inside handle() does not recurse
  bool waiting_to_read_ = false;
  bool waiting_to_write_ = false;
};

}  // namespace push::net
