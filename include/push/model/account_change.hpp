// A change of an account that other nodes must learn of: access that was revoked, or data that they may remember. A
// value; any thread.
#pragma once
#include <cstdint>

#include "push/core/ids.hpp"

namespace push::model {

struct AccountChange {
  enum class Kind : std::uint8_t {
    client_added,
    client_changed,
    client_gone,
    application_added,
    application_changed,
    application_gone,
    user_added,
    user_changed,
    password_changed,  // and perhaps other data of the user
    user_gone,
  };

  Kind kind{};
  core::UserId user{};                // whose account it is
  core::ClientId client{};            // for the client_ kinds, else 0
  core::ApplicationId application{};  // for the application_ kinds, else 0

  bool operator==(const AccountChange&) const = default;
};

}  // namespace push::model
