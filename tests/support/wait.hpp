// Waits for conditions that no event announces: another process's file, metric or exit.
#pragma once
#include <chrono>
#include <thread>

#include "support/socket.hpp"

namespace push::support {

// True once the condition holds, false if it does not within kPatience.
template <class Condition>
bool eventually(Condition condition) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
  return true;
}

}  // namespace push::support
