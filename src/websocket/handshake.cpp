#include "push/websocket/handshake.hpp"

#include <openssl/evp.h>
#include <openssl/sha.h>

#include <algorithm>
#include <array>

#include "push/core/check.hpp"
#include "push/core/text.hpp"

namespace push::websocket {
namespace {

constexpr std::string_view kNoUpgradeToken =
    "websocket: the client is not using the websocket protocol: 'upgrade' token not found in 'Connection' header";
constexpr std::string_view kNoWebsocketToken =
    "websocket: the client is not using the websocket protocol: 'websocket' token not found in 'Upgrade' header";
constexpr std::string_view kNotGet =
    "websocket: the client is not using the websocket protocol: request method is not GET";
constexpr std::string_view kWrongVersion =
    "websocket: unsupported version: 13 not found in 'Sec-Websocket-Version' header";
constexpr std::string_view kBadKey =
    "websocket: not a websocket handshake: 'Sec-WebSocket-Key' header must be Base64 encoded value of 16-byte in "
    "length";

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 1.3
constexpr std::size_t kKeySize = 24;                                        // base64 of 16 bytes: 22 digits and "=="

// RFC 9110 5.6.1: elements separated by commas, with spaces around them, empty ones allowed.
bool has_token(std::string_view list, std::string_view token) {
  for (;;) {
    const std::size_t comma = list.find(',');
    if (core::same_ignoring_case(core::trim_blanks(list.substr(0, comma)), token)) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

bool is_base64_digit(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' || c == '/';
}

}  // namespace

std::optional<std::string_view> check_upgrade(const Handshake& handshake) {
  if (!has_token(handshake.connection, "upgrade")) return kNoUpgradeToken;
  if (!has_token(handshake.upgrade, "websocket")) return kNoWebsocketToken;
  if (handshake.method != "GET") return kNotGet;
  if (!has_token(handshake.version, "13")) return kWrongVersion;
  return std::nullopt;
}

std::optional<std::string_view> check_key(const Handshake& handshake) {
  const std::string_view key = handshake.key;
  if (key.size() != kKeySize || !key.ends_with("==")) return kBadKey;
  if (!std::all_of(key.begin(), key.end() - 2, is_base64_digit)) return kBadKey;
  return std::nullopt;
}

std::string accept_value(std::string_view key) {
  std::string text(key);
  text += kGuid;
  std::array<unsigned char, SHA_DIGEST_LENGTH> digest{};
  unsigned int digest_size = 0;
  PUSH_CHECK(EVP_Digest(text.data(), text.size(), digest.data(), &digest_size, EVP_sha1(), nullptr) == 1);
  std::array<unsigned char, 4 * ((SHA_DIGEST_LENGTH + 2) / 3) + 1> encoded{};
  const int size = EVP_EncodeBlock(encoded.data(), digest.data(), static_cast<int>(digest_size));
  return std::string(encoded.begin(), encoded.begin() + size);
}

std::string switching_protocols(std::string_view key, std::string_view fields) {
  std::string response =
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Upgrade: websocket\r\n"
      "Connection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  response += accept_value(key);
  response += "\r\n";
  response += fields;
  response += "\r\n";
  return response;
}

}  // namespace push::websocket
