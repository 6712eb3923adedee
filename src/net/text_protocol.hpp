// Streams that only the server speaks on: an HTTP answer that goes on until the connection ends. Server-Sent Events
// (WHATWG HTML 9.2) and lines of JSON. What the client sends is ignored.
#pragma once
#include <string>

#include "net/keepalive.hpp"
#include "net/protocol.hpp"

namespace push::net {

class TextProtocol : public Protocol {
 public:
  bool answers_pings() const final { return false; }
  std::optional<Ending> read(Input& input) const final {
    input.consumed = input.size;
    return std::nullopt;
  }
  std::string end(const Ending&) const final { return {}; }
};

class EventStreamProtocol final : public TextProtocol {
 public:
  stream::Encoding encoding() const override { return stream::Encoding::sse; }
  std::string_view content_type() const override { return "text/event-stream"; }
  std::string_view ping() const override { return ":\n\n"; }
  std::string_view keepalive() const override { return keepalive_; }
  // How long a browser waits before it comes back, in milliseconds.
  std::string_view greeting() const override { return "retry: 3000\n\n"; }

 private:
  const std::string keepalive_ = kept_alive(stream::Encoding::sse);
};

class LinesProtocol final : public TextProtocol {
 public:
  stream::Encoding encoding() const override { return stream::Encoding::ndjson; }
  std::string_view content_type() const override { return "application/x-ndjson"; }
  std::string_view ping() const override { return "\n"; }
  std::string_view keepalive() const override { return keepalive_; }

 private:
  const std::string keepalive_ = kept_alive(stream::Encoding::ndjson);
};

// One answer, see net/resume.hpp. Without events.
class PollProtocol final : public TextProtocol {
 public:
  stream::Encoding encoding() const override { return stream::Encoding::ndjson; }
  std::string_view content_type() const override { return "application/json"; }
  std::string_view ping() const override { return {}; }
  std::string_view keepalive() const override { return {}; }
};

}  // namespace push::net
