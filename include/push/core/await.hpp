// Blocks until something that finishes by callback has finished. For threads that have nothing else to do meanwhile
// (start-up, the housekeeper, the purger, tests); never on a loop, nor on the thread that calls the callback.
#pragma once
#include <future>
#include <utility>

#include "push/core/callback.hpp"

namespace push::core {

// Calls `start` with a Callback<void(T)>, which must be called exactly once, and returns what it is called with.
template <class T, class Start>
T await(Start&& start) {
  std::promise<T> promise;
  auto outcome = promise.get_future();
  start(Callback<void(T)>([promise = std::move(promise)](T value) mutable { promise.set_value(std::move(value)); }));
  return outcome.get();
}

}  // namespace push::core
