// The opening handshake of RFC 6455 4.2, on header values that the caller has parsed. Error texts are Gotify's
// (gorilla/websocket), which its documentation quotes (protocol 3).
#pragma once
#include <optional>
#include <string>
#include <string_view>

namespace push::websocket {

struct Handshake {
  std::string_view method;
  std::string_view connection;  // Connection
  std::string_view upgrade;     // Upgrade
  std::string_view version;     // Sec-WebSocket-Version
  std::string_view key;         // Sec-WebSocket-Key
};

// In gorilla's order; the origin is checked between the two by the caller. Empty = valid, else the reason.
std::optional<std::string_view> check_upgrade(const Handshake& handshake);  // tokens, method, version
std::optional<std::string_view> check_key(const Handshake& handshake);      // base64 of 16 bytes

// Sec-WebSocket-Accept for a checked key.
std::string accept_value(std::string_view key);
// The complete 101: status line, Upgrade, Connection, Sec-WebSocket-Accept, `fields` (each with its line break), empty
// line.
std::string switching_protocols(std::string_view key, std::string_view fields = {});

}  // namespace push::websocket
