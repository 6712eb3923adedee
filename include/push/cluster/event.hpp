// What one node tells the others about accounts: a right that was taken away, or something they may remember that has
// changed. A value; any thread.
#pragma once
#include <cstdint>

#include "push/core/ids.hpp"

namespace push::cluster {

struct Event {
  enum class Kind : std::uint8_t {
    client_added,
    client_changed,
    client_gone,
    application_added,
    application_changed,
    application_gone,
    user_changed,
    user_gone,
  };

  Kind kind{};
  core::UserId user{};                // whose
  core::ClientId client{};            // of the client_ kinds, else 0
  core::ApplicationId application{};  // of the application_ kinds, else 0
};

}  // namespace push::cluster
