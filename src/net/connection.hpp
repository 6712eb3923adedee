// The record of one stream: 32 bytes in its loop's table, all that an idle one costs. Everything else is borrowed while
// data is in flight.
#pragma once
#include <cstddef>
#include <cstdint>

#include "net/slot_pool.hpp"

namespace push::net {

struct Connection {
  int descriptor = -1;         // -1: the slot is free
  std::uint32_t user = kNone;  // its entry in the roster; kNone: not in it (lingering)
  std::uint32_t next = kNone;  // neighbours in the roster's list of this user
  std::uint32_t previous = kNone;
  std::uint32_t backlog = kNone;         // borrowed outbox and partial input
  std::uint16_t last_sign = 0;           // time of the last pong or the start, in loop seconds modulo 2^16
  std::uint16_t due = 0;                 // loop second of the next ping, or of the end of lingering
  std::uint64_t client : 40 = 0;         // ClientId, 0 = a Basic session
  std::uint64_t generation : 16 = 0;     // counts reuses of this slot; events of an earlier use are ignored
  std::uint64_t lingering : 1 = 0;       // our side is closed: read until the peer closes or the deadline
  std::uint64_t watching_write : 1 = 0;  // EPOLLOUT is armed
  // Unused bits, planned for: TLS (its state is in the backlog), detached (the socket has another owner).
  std::uint64_t : 3;
  std::uint64_t kind : 3 = 0;  // ConnectionTable::Kind; the top bits, read with one shift per message
};
static_assert(sizeof(Connection) == 32);

inline constexpr std::uint64_t kMaxClientId = (std::uint64_t{1} << 40) - 1;

// Why a connection ended; each is a label of push_stream_closed_total.
enum class CloseReason : std::uint8_t {
  client_close,    // the peer ended the stream
  peer_gone,       // the peer's TCP ended
  missing_pong,    // ping period + 15 s without an answer to a ping
  slow_consumer,   // the send queue was full, and overflow is `close`
  write_error,     // the socket refused a write
  protocol_error,  // the peer broke the protocol (RFC 6455: Close 1002)
  too_big,         // a client message over 64 bytes: Close 1009
  revoked,         // its client or user was revoked
  shutdown,
  resume_failed,  // what it missed could not be read
  answered,       // a poll has its answer
};
inline constexpr std::size_t kCloseReasons = 11;
const char* name(CloseReason reason);

}  // namespace push::net
