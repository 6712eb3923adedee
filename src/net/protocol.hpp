// What one kind of stream says and understands: what the peer's bytes mean, what a ping is, how a stream is ended, and
// how a message is written. Slots, epoll, outboxes and the sweep are the connection table's, which asks a protocol only
// when there is something to read or to end: an idle connection costs no call.
//
// A protocol has no state; one object serves the connections of all loops. What it must remember of one connection
// between two reads is a number in the buffers that the connection borrows.
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
  char* data;            // what was left of the last read, then what has come; may be overwritten
  std::size_t size;      // never 0
  std::size_t room;      // bytes that the reply may have
  std::string& reply;    // empty; goes out behind what waits already, or is lost with the peer that does not read
  std::uint32_t memory;  // as the last read left it; at first 0. Anything but 0 costs the connection a backlog

  std::size_t consumed = 0;  // what is left comes again. Of a full read buffer something must be consumed
  bool alive = false;        // the peer has answered a ping
};

// The peer, or what it has sent, ends the stream.
struct Ending {
  CloseReason reason;
  std::uint16_t code = 0;  // the protocol's own, for its end()
};

class Protocol {
 public:
  virtual ~Protocol() = default;
  // The three below never change.
  virtual stream::Encoding encoding() const = 0;
  virtual std::string_view ping() const = 0;  // sent once per ping period
  virtual bool answers_pings() const = 0;     // true: a peer without a sign of life is closed
  // The reply is not sent if the stream ends.
  virtual std::optional<Ending> read(Input& input) const = 0;
  // What goes out before our end of the TCP connection is closed, after which the peer has some time for its own.
  virtual std::string end(const Ending& ending) const = 0;
};

// By stream::Transport; null = not served.
using Protocols = std::array<const Protocol*, stream::kTransports>;
// Those that this server speaks.
Protocols protocols();

}  // namespace push::net
