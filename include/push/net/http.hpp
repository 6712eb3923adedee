// One HTTP exchange as a handler sees it. It begins when the request's header is complete, and the handler decides from
// that: it answers, and the body is never read, or it asks for the body first. Request wraps what Boost.Beast parsed;
// Reply carries the decision, from any thread, back to the loop that owns the session.
#pragma once
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "push/core/bytes.hpp"
#include "push/core/fair_queue.hpp"
#include "push/core/ids.hpp"
#include "push/stream/cursor.hpp"
#include "push/stream/message.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

class Request {
 public:
  struct Impl;
  Request();  // empty, like a moved-from one: may only be assigned to or destroyed
  explicit Request(std::shared_ptr<Impl> impl);
  Request(Request&&) noexcept;
  Request& operator=(Request&&) noexcept;
  ~Request();

  std::string_view method() const;
  std::string_view target() const;  // as received: path and query, still encoded
  // "" if absent; names match case-insensitively. A field in several lines is one list, joined by commas (Cookie: by
  // semicolons).
  std::string_view header(std::string_view name) const;
  // Whether there is no body, or all of it arrived with the header, or it was asked for and is here.
  bool is_complete() const;
  std::string_view body() const;  // of a complete request
  std::string_view peer() const;  // the peer's IP address, "" on a unix socket

 private:
  std::shared_ptr<Impl> impl_;  // the session reads the body into it
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
  core::Line line{};         // in which the connection's next request waits for its turn; none = as before
};

// What api has admitted: the owner and the kind of the stream that a request becomes.
struct Admission {
  core::UserId user{};
  core::ClientId client{};  // 0 = a Basic session
  stream::Transport transport = stream::Transport::websocket;
  bool events = false;                                       // typed frames; not for a poll
  std::optional<stream::Cursor> since;                       // what the client has; empty = from now on
  std::optional<stream::Message> first;                      // with events: sent before everything else
  unsigned poll_seconds = 0;                                 // of a poll: how long it waits for a message
  std::vector<std::pair<std::string, std::string>> headers;  // added to the head of the answer
  std::shared_ptr<const void> context;                       // opaque, returned to the gate; may be null
  std::shared_ptr<const void> place;                         // opaque, kept until the stream ends; may be null
};

// Becomes true within about a second after the peer has closed its connection, or at least its sending side. Any
// thread.
using Departed = std::shared_ptr<std::atomic<bool>>;

// How much of a body a handler reads.
struct BodyLimit {
  std::size_t bytes;
  std::string_view key;  // of the configuration that sets it, "" if it is fixed; a literal. The 413 names it.
  core::Line line{};     // whose share of the request budget it takes; none = a stranger's: they have their own budget
};

class Reply;

// Waits for a body.
class BodyReceiver {
 public:
  // On the session's loop; must not block. The request is complete.
  virtual void on_body(Reply reply) = 0;

 protected:
  ~BodyReceiver() = default;
};

// The loop that owns the session. Any thread. Answers for a session that has ended are dropped.
class ReplyReceiver {
 public:
  virtual void watch(std::uint64_t session, Departed departed) = 0;
  virtual void answer(std::uint64_t session, Response response) = 0;
  virtual void read_body(std::uint64_t session, BodyLimit limit, std::shared_ptr<BodyReceiver> receiver) = 0;
  virtual void stream(std::uint64_t session, Request request, Admission admission) = 0;

 protected:
  ~ReplyReceiver() = default;
};

// Owned by the code that must answer; any thread; one of the calls below, once. Destroyed without: an empty 500.
// It holds a session id, never the session.
class Reply {
 public:
  Reply(ReplyReceiver& receiver, std::uint64_t session) : receiver_(&receiver), session_(session) {}
  Reply(Reply&& other) noexcept : receiver_(std::exchange(other.receiver_, nullptr)), session_(other.session_) {}
  Reply& operator=(Reply&& other) noexcept {
    std::swap(receiver_, other.receiver_);
    std::swap(session_, other.session_);
    return *this;
  }
  ~Reply();

  // For work that waits in a queue and is not worth beginning for a peer that has left. Costs an allocation, and while
  // the answer is outstanding a system call per second. An answer is still due.
  Departed watch();
  // If the body has not arrived yet, it is not read: up to 256 KB of it are discarded, and if it is larger, or the
  // client waits for `100 Continue`, the connection ends.
  void send(Response response);
  // Reads the body (sending `100 Continue` if the client waits for it), and calls the receiver when the request is
  // complete. A body that is too large, too slow, or malformed is answered by the session; then the receiver is
  // dropped.
  void read_body(BodyLimit limit, std::shared_ptr<BodyReceiver> receiver);
  // Turns this exchange into a stream: checks `request` (e.g. the WebSocket handshake), sends the head of the response
  // (e.g. the 101), then what the client has missed, and moves the descriptor to the loop's connection table. An
  // invalid or unsupported request is answered through StreamGate::refuse.
  void stream(Request request, Admission admission);

 private:
  ReplyReceiver* receiver_;
  std::uint64_t session_;
};

// Called by a session for each request. Runs on the session's loop and must not block.
class RequestHandler {
 public:
  virtual ~RequestHandler() = default;
  // The header is complete. The request's body may be yet to come.
  virtual void handle(Request request, Reply reply) = 0;
  // What net itself answers: 400 (not HTTP), 408, 413, 417, 431, 501, 503 (no memory, no streams). Of a request whose
  // header could not be read, only the peer is known; the rest is "".
  virtual Response reject(const Request& request, unsigned status, std::string_view reason) = 0;
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
  // A WebSocket has answered a ping that said something (stream::Message::probe), or says so: anybody may send a pong.
  // Must not block.
  virtual void ponged(core::UserId /*user*/, core::ClientId /*client*/, std::string_view /*payload*/) {}
};

}  // namespace push::net
