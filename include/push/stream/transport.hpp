// How a client receives its stream.
#pragma once
#include <cstddef>
#include <cstdint>

namespace push::stream {

// Stored in two bits of a connection's record: a fifth value needs another bit there.
enum class Transport : std::uint8_t { websocket, sse, ndjson, poll };
inline constexpr std::size_t kTransports = 4;

}  // namespace push::stream
