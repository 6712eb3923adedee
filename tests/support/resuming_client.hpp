// A subscriber that comes back: it remembers the last id that it received, and resumes there on any transport. Fast
// enough to time the server with: a message is not parsed beyond its id, except by a long poll.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/frame.hpp"
#include "support/http_client.hpp"

namespace push::support {

enum class StreamKind { websocket, sse, ndjson, poll };

class ResumingClient {
 public:
  ResumingClient(Lines headers, StreamKind kind) : headers_(std::move(headers)), kind_(kind) {}

  // Opens the stream behind the last message that it has; `first`: before it has any. Throws ConnectionLost if nobody
  // is there, and Failure with the answer if the stream is refused. A long poll is only sent, and waits kPollSeconds.
  void open(const Address& address, std::uint64_t first);
  static constexpr unsigned kPollSeconds = 5;
  bool is_open() const { return socket_.open(); }
  int descriptor() const { return socket_.descriptor(); }
  // Waits for something to arrive and takes it: messages go into ids(). False: the stream has ended, as after each
  // answer to a poll.
  bool read();
  // The same for as long as this, on connection after connection if it polls. False: the server has gone.
  bool read_for(std::chrono::milliseconds time);
  // As when a phone loses its network.
  void cut();

  // Of the last answer, "" if absent.
  std::string header(std::string_view name) const;
  // Answers that said that what was missed cannot be sent.
  unsigned incomplete() const { return incomplete_; }
  const std::vector<std::uint64_t>& ids() const { return ids_; }

 private:
  void take(std::string_view json);
  void take_arrived();
  void take_frames();
  void take_events();
  void take_lines();
  bool take_answer();

  const Lines headers_;
  const StreamKind kind_;
  Address address_;
  std::uint64_t first_ = 0;
  Socket socket_;
  std::string head_;
  FrameReader reader_;  // its input is that of every kind
  unsigned incomplete_ = 0;
  std::vector<std::uint64_t> ids_;
};

}  // namespace push::support
