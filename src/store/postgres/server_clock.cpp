#include "store/postgres/server_clock.hpp"

namespace push::store::postgres {
namespace {

// Clocks that are set by the network are closer than that, and a round trip does not tell more.
constexpr std::chrono::milliseconds kAlike{500};
constexpr std::chrono::milliseconds kQuick{500};

}  // namespace

// The answer is taken to be of the middle of the round trip.
void ServerClock::answered(const Asked& asked, core::WallTime server) {
  const auto took = core::steady_now() - asked.steady;
  if (took > kQuick) return;
  const std::chrono::nanoseconds distance = server - (asked.own + took / 2);
  const bool alike = distance < kAlike && distance > -kAlike;
  distance_.store(alike ? std::chrono::nanoseconds(0) : distance, std::memory_order_relaxed);
}

}  // namespace push::store::postgres
