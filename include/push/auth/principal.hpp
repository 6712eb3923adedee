// Who sent a request, and the credentials that prove it (protocol 2).
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "push/core/address.hpp"
#include "push/core/ids.hpp"
#include "push/model/entities.hpp"

namespace push::auth {

// The credentials of a request. api reads them from query, headers and cookie, in the order of protocol 2.1.
struct Credentials {
  struct Basic {
    std::string name;
    std::string password;
    std::optional<core::Address> from{};  // the client's address, empty = a unix socket; limits guessing
  };
  std::string token;  // the first non-empty one, empty = none
  bool from_cookie = false;
  std::optional<Basic> basic;
};

// The classes of protocol 2.2, and `password`: POST /auth/local/login, where tokens do not count.
enum class Access { client, elevated, admin, post_message, optional, password };

// Immutable: cached and shared between threads.
struct Principal {
  enum class Kind : std::uint8_t { anonymous, basic, client, application };
  Kind kind = Kind::anonymous;
  bool admin = false;
  core::UserId user{};
  core::ClientId client{};                                // Kind::client
  std::optional<core::WallTime> elevated_until;           // Kind::client
  std::shared_ptr<const model::Application> application;  // Kind::application
  std::shared_ptr<const std::string> pass_hash{};         // Kind::basic: what the password was checked against
  std::uint64_t expires_after_inactivity_seconds = 0;     // Kind::client; 0 = never
};

using PrincipalPtr = std::shared_ptr<const Principal>;

}  // namespace push::auth
