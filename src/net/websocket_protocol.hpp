// A WebSocket as in Gotify: pongs are signs of life, data is ignored, pings and Close are answered (protocol 3).
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "net/keepalive.hpp"
#include "net/protocol.hpp"
#include "push/websocket/frame.hpp"

namespace push::net {

class WebSocketProtocol : public Protocol {
 public:
  // RFC 6455 leaves it open; Gotify reads at most 64 bytes from a client (protocol 3).
  static constexpr std::size_t kReadLimit = 64;

  explicit WebSocketProtocol(std::size_t read_limit = kReadLimit) : read_limit_(read_limit) {}

  stream::Encoding encoding() const override { return stream::Encoding::websocket; }
  std::string_view content_type() const override { return {}; }
  std::string_view ping() const override { return ping_.view(); }
  std::string_view keepalive() const override { return keepalive_; }
  bool answers_pings() const override { return true; }
  std::optional<Ending> read(Input& input) const override;
  std::string end(const Ending& ending) const override;

 protected:
  // A valid data frame, within the limit and in its place among fragments.
  virtual std::optional<Ending> take_data(const websocket::ClientFrame& frame, Input& input) const;

 private:
  std::optional<Ending> take_frame(const websocket::ClientFrame& frame, Input& input,
                                   websocket::MessageState& message) const;

  const std::size_t read_limit_;
  const websocket::ControlFrame ping_ = websocket::control_frame(websocket::Opcode::ping);
  const std::string keepalive_ = std::string(ping_.view()) + kept_alive(encoding());
};

}  // namespace push::net
