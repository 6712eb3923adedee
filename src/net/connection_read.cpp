// What a client sends on a stream: pongs and pings that count, data that does not, and Close.
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "net/connection_table.hpp"

namespace push::net {

using websocket::ClientFrame;
using websocket::CloseCode;
using websocket::Opcode;
using websocket::ParseStatus;

void ConnectionTable::read(std::uint32_t slot) {
  Connection& connection = connections_[slot];
  std::size_t have = 0;
  if (connection.backlog != kNone) {
    Backlog& backlog = backlogs_[connection.backlog];
    have = backlog.input_size;
    if (have > 0) std::memcpy(read_buffer_.get(), backlog.input.get(), have);
  }
  const ssize_t got =
      ::recv(connection.descriptor, read_buffer_.get() + have, read_buffers_.size() - have, MSG_DONTWAIT);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return;
  if (got <= 0) return close(slot, CloseReason::peer_gone);
  if (connection.lingering) return;  // only the end of the stream is of interest
  replies_.clear();
  if (!take_frames(slot, read_buffer_.get(), have + static_cast<std::size_t>(got))) return;
  if (!replies_.empty()) send_control(slot, replies_);
}

bool ConnectionTable::take_frames(std::uint32_t slot, char* data, std::size_t size) {
  std::size_t at = 0;
  for (;;) {
    const websocket::Parsed parsed = websocket::parse_client_frame(data + at, size - at, kReadLimit);
    if (ended_by(slot, parsed.status)) return false;
    if (parsed.status == ParseStatus::incomplete) {
      keep_rest(slot, data + at, size - at);
      return true;
    }
    at += parsed.consumed;
    if (!take_frame(slot, parsed.frame)) return false;
  }
}

bool ConnectionTable::ended_by(std::uint32_t slot, ParseStatus status) {
  if (status == ParseStatus::violation) {
    end_with(slot, CloseCode::protocol_error, CloseReason::protocol_error);
  } else if (status == ParseStatus::too_big) {
    end_with(slot, CloseCode::too_big, CloseReason::too_big);
  } else {
    return false;
  }
  return true;
}

bool ConnectionTable::take_frame(std::uint32_t slot, const ClientFrame& frame) {
  switch (frame.opcode) {
    case Opcode::pong:
      connections_[slot].last_pong = now_;
      return true;
    case Opcode::ping:
      // A flood is answered as far as one write buffer goes: RFC 6455 5.5.3 asks only for the most recent one.
      if (replies_.size() + 127 <= write_buffers_.size())
        replies_ += websocket::control_frame(Opcode::pong, frame.view()).view();
      return true;
    case Opcode::close: {
      const CloseCode code = websocket::judge_close(frame.view());
      const bool broken = code == CloseCode::protocol_error || code == CloseCode::invalid_payload;
      end_with(slot, code, broken ? CloseReason::protocol_error : CloseReason::client_close);
      return false;
    }
    case Opcode::text:
    case Opcode::binary:
    case Opcode::continuation:
      break;
  }
  return take_data(slot, frame);
}

// Data is read to keep the protocol right and otherwise ignored, as Gotify does.
bool ConnectionTable::take_data(std::uint32_t slot, const ClientFrame& frame) {
  const bool whole = frame.final && frame.opcode != Opcode::continuation;
  const bool in_message = connections_[slot].backlog != kNone && backlogs_[connections_[slot].backlog].in_message;
  if (whole && !in_message) return true;
  Backlog& backlog = borrow(slot);
  if (ended_by(slot, backlog.message.accept(frame, kReadLimit))) return false;
  backlog.in_message = !frame.final;
  return true;
}

void ConnectionTable::keep_rest(std::uint32_t slot, const char* data, std::size_t size) {
  if (size == 0) {
    if (connections_[slot].backlog != kNone) backlogs_[connections_[slot].backlog].input_size = 0;
    return give_back_if_idle(slot);
  }
  Backlog& backlog = borrow(slot);
  if (backlog.input == nullptr) backlog.input = read_buffers_.borrow();
  std::memcpy(backlog.input.get(), data, size);
  backlog.input_size = size;
}

}  // namespace push::net
