// A subscriber that comes back: it remembers the last id that it received, and resumes there on any transport.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "support/frame.hpp"
#include "support/http_client.hpp"

namespace push::support {

enum class StreamKind { websocket, sse, ndjson };

class ResumingClient {
 public:
  ResumingClient(Lines headers, StreamKind kind) : headers_(std::move(headers)), kind_(kind) {}

  // Opens the stream behind the last message that it has; `first`: before it has any. Throws ConnectionLost if nobody
  // is there, and Failure with the answer if the stream is refused.
  void open(const Address& address, std::uint64_t first);
  // Messages that arrive within this time go into ids(). False: the stream has ended.
  bool read_for(std::chrono::milliseconds time);
  // As when a phone loses its network.
  void cut();

  // The answer's header, "" if absent.
  std::string header(std::string_view name) const;
  const std::vector<std::uint64_t>& ids() const { return ids_; }

 private:
  void take(std::string_view json);
  void take_frames();
  void take_events();
  void take_lines();

  const Lines headers_;
  const StreamKind kind_;
  Socket socket_;
  std::string head_;
  FrameReader reader_;  // its input is that of every kind
  std::vector<std::uint64_t> ids_;
};

}  // namespace push::support
