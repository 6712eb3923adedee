// Many POSTs in a row, as fast as they are answered; every answer must be 200.
#pragma once
#include <cstdint>
#include <functional>
#include <string>

namespace push::bench {

// Sends request_of(i) for i in 0..count-1; fails after the timeout `patience`.
void request_all(std::uint16_t port, std::size_t connections, std::size_t count,
                 const std::function<std::string(std::size_t)>& request_of, double patience_seconds = 120);

}  // namespace push::bench
