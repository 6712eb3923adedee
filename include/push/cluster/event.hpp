// An account change that one node reports to the others: a revoked right, or a change of data they may have cached. A
// value; any thread.
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
    password_changed,  // and perhaps more of the user
    user_gone,
  };

  Kind kind{};
  core::UserId user{};                // the account's
  core::ClientId client{};            // for the client_ kinds, else 0
  core::ApplicationId application{};  // for the application_ kinds, else 0
};

}  // namespace push::cluster
