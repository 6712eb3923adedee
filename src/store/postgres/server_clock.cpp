#include "store/postgres/server_clock.hpp"

namespace push::store::postgres {
namespace {

// Clocks that NTP sets differ by less, and a round trip cannot measure more precisely.
constexpr std::chrono::milliseconds kAlike{500};
constexpr std::chrono::milliseconds kQuick{500};

}  // namespace

// The answer is assumed to be from the middle of the round trip.
void ServerClock::answered(const Asked& asked, core::WallTime server) {
  const auto took = core::steady_now() - asked.steady;
  if (took > kQuick) return;
  const std::chrono::nanoseconds distance = server - (asked.own + took / 2);
  const bool alike = distance < kAlike && distance > -kAlike;
  distance_.store(alike ? std::chrono::nanoseconds(0) : distance, std::memory_order_relaxed);
}

}  // namespace push::store::postgres
