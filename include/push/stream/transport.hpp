// How a client receives its stream.
#pragma once
#include <cstddef>
#include <cstdint>

namespace push::stream {

// Two bits of a connection's record: a fifth one needs more room there.
enum class Transport : std::uint8_t { websocket, sse, ndjson, poll };
inline constexpr std::size_t kTransports = 4;

}  // namespace push::stream
