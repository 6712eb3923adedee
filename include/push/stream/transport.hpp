// How a client receives its stream.
#pragma once
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace push::stream {

// Stored in two bits of a connection's record: a fifth value needs another bit there.
enum class Transport : std::uint8_t { websocket, sse, ndjson, poll };
inline constexpr std::size_t kTransports = 4;

// As a request and the operator's pages name it.
constexpr std::string_view name(Transport transport) {
  constexpr std::array<std::string_view, kTransports> kNames{"websocket", "sse", "ndjson", "poll"};
  return kNames[static_cast<std::size_t>(transport)];
}

}  // namespace push::stream
