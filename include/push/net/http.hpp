// One HTTP exchange as a handler sees it. Request wraps what Boost.Beast parsed; Reply carries the answer, from any
// thread, back to the loop that owns the session.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/core/bytes.hpp"
#include "push/core/ids.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

class Request {
 public:
  struct Impl;
  Request();  // empty, like a moved-from one: may only be assigned to or destroyed
  explicit Request(std::unique_ptr<Impl> impl);
  Request(Request&&) noexcept;
  Request& operator=(Request&&) noexcept;
  ~Request();

  std::string_view method() const;
  std::string_view target() const;                       // as received: path and query, still encoded
  std::string_view header(std::string_view name) const;  // first value, "" if absent; names match case-insensitively
  std::string header_list(std::string_view name) const;  // all values in order, joined by commas
  std::string_view body() const;
  std::string_view peer() const;  // the peer's IP address, "" on a unix socket

 private:
  std::unique_ptr<Impl> impl_;
};

struct Response {
  unsigned status = 200;
  std::string content_type = "application/json";  // empty = no header
  std::vector<std::pair<std::string, std::string>> headers;
  bool no_store = false;  // Cache-Control: no-store
  bool no_sniff = false;  // X-Content-Type-Options: nosniff
  core::Slice body;
  bool shared_body = false;  // its memory is bounded elsewhere, and answers with the same body hold it once
  bool close = false;        // end the HTTP connection after this answer
};

// What api has admitted: the owner and the kind of the stream that a request becomes.
struct Admission {
  core::UserId user{};
  core::ClientId client{};  // 0 = a Basic session
  stream::Transport transport = stream::Transport::websocket;
  std::optional<core::MessageId> since;  // the last message that the client has; carried for resume, nothing reads it
  std::shared_ptr<const void> context;   // opaque, returned to the gate; may be null
};

// The loop that owns the session. Any thread. Answers for a session that has ended are dropped.
class ReplyReceiver {
 public:
  virtual void answer(std::uint64_t session, Response response) = 0;
  virtual void stream(std::uint64_t session, Request request, Admission admission) = 0;

 protected:
  ~ReplyReceiver() = default;
};

// Owned by the code that must answer; any thread; answer at most once. Destroyed without an answer: an empty 500.
// It holds a session id, never the session.
class Reply {
 public:
  Reply(ReplyReceiver& receiver, std::uint64_t session) : receiver_(&receiver), session_(session) {}
  Reply(Reply&& other) noexcept : receiver_(std::exchange(other.receiver_, nullptr)), session_(other.session_) {}
  Reply& operator=(Reply&&) = delete;
  ~Reply();

  void send(Response response);
  // Turns this exchange into a stream: checks `request` (e.g. the WebSocket handshake), sends the head of the response
  // (e.g. the 101), and moves the descriptor to the loop's connection table. An invalid or unsupported request is
  // answered through StreamGate::refuse.
  void stream(Request request, Admission admission);

 private:
  ReplyReceiver* receiver_;
  std::uint64_t session_;
};

// Called by a session for each request. Runs on the session's loop and must not block.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  virtual void handle(Request request, Reply reply) = 0;
  // The answer to bytes that never became a request: 400 (not HTTP), 408, 413, 431, 503 (too many sessions).
  virtual Response reject(unsigned status, std::string_view reason) = 0;
};

// What net asks api about a stream request, on the loop; must not block.
class StreamGate {
 public:
  virtual ~StreamGate() = default;
  // The upgrader's origin rule (protocol 3, "Origin", gate 2).
  virtual bool allows_origin(const Request& request) = 0;
  // The answer to a stream request that is refused: status 400 or 403 and the reason, in Gotify's words where they
  // exist.
  virtual Response refuse(const Request& request, const Admission& admission, unsigned status,
                          std::string_view reason) = 0;
  // The head is sent and the hub knows the stream, so it can be disconnected: closes it if it was revoked since it was
  // admitted.
  virtual void opened(const Request& request, const Admission& admission) = 0;
  // Clients that hold a stream, at most 1,024 at a time: each at least once per `server.tokenperiodseconds`, possibly
  // repeated, without Basic sessions.
  virtual void still_open(const std::vector<core::ClientId>& clients) = 0;
};

}  // namespace push::net
