// The wire protocol of one kind of stream: what the peer's bytes mean, what a ping is, how a stream is ended, and how a
// message is encoded. Slots, epoll, outboxes and the sweep belong to the connection table, which calls a protocol only
// to read or to end: an idle connection costs no call.
//
// A protocol has no state; one object serves the connections of all loops. What it must remember about a connection
// between two reads is one number in the connection's borrowed buffers.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "net/connection.hpp"
#include "push/stream/message.hpp"
#include "push/stream/transport.hpp"

namespace push::net {

// One read of one connection.
struct Input {
  char* data;            // the rest of the last read, then the new bytes; may be overwritten
  std::size_t size;      // never 0
  std::size_t room;      // maximum size of the reply in bytes
  std::string& reply;    // empty at first; sent after what is already queued, or dropped if the peer does not read
  std::uint32_t memory;  // as the last read left it; initially 0. Any other value costs the connection a backlog

  std::size_t consumed = 0;  // the rest is passed again; must be > 0 if the read buffer is full
  bool alive = false;        // the peer has answered a ping
  std::string_view pong{};   // what the last answer that says something says; a part of `data`
};

// The stream ends, at the peer's request or because of what it sent.
struct Ending {
  CloseReason reason;
  std::uint16_t code = 0;  // the protocol's own, for its end()
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  // The next five are constant.
  virtual stream::Encoding encoding() const = 0;
  virtual std::string_view content_type() const = 0;  // "" = the request is an upgrade (RFC 9110 7.8)
  virtual std::string_view ping() const = 0;          // sent once per ping period
  virtual std::string_view keepalive() const = 0;     // the same on a stream with events, for the client's own eyes
  // True: a peer without a sign of life is closed. False: one whose kernel does not acknowledge what was sent.
  virtual bool answers_pings() const = 0;
  // Sent behind the head of the answer, before any message.
  virtual std::string_view greeting() const { return {}; }
  // If the stream ends, the reply is sent before end().
  virtual std::optional<Ending> read(Input& input) const = 0;
  // The bytes to send before our side is shut down, after which the peer has some time to close its own.
  virtual std::string end(const Ending& ending) const = 0;
};

// Indexed by stream::Transport; null = not supported.
using Protocols = std::array<const Protocol*, stream::kTransports>;
// The protocols that this server supports.
Protocols protocols();

}  // namespace push::net
