// The server's WebSocket protocol, except that data is echoed instead of ignored. For one loop, because it has state
// during a read.
#pragma once
#include <cstddef>
#include <cstdint>
#include <optional>

#include "autobahn/utf8_check.hpp"
#include "net/websocket_protocol.hpp"

namespace push::autobahn {

class EchoProtocol final : public net::WebSocketProtocol {
 public:
  explicit EchoProtocol(std::size_t read_limit) : WebSocketProtocol(read_limit) {}

  std::optional<net::Ending> read(net::Input& input) const override;

 private:
  std::optional<net::Ending> take_data(const websocket::ClientFrame& frame, net::Input& input) const override;
  bool could_be_text(const char* frame, std::size_t size) const;

  mutable bool text_ = false;  // of the message in progress
  mutable Utf8Check utf8_;
};

}  // namespace push::autobahn
